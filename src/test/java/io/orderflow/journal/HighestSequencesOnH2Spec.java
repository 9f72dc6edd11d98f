package io.orderflow.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.UUID;

class HighestSequencesOnH2Spec extends HighestSequencesTables {

  private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;DATABASE_TO_LOWER=TRUE";

  @Override
  Config database() {
    return ConfigFactory.parseMap(Map.of("orderflow.db.url", url));
  }
}
