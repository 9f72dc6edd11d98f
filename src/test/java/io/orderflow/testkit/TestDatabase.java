package io.orderflow.testkit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import java.util.UUID;

/** The databases that every table's spec runs on. */
public enum TestDatabase {
  H2, POSTGRESQL;

  /** One server for all specs of this JVM; it ends with it. */
  private static final class Server {
    static final Postgresql INSTANCE = Postgresql.start();

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(INSTANCE::close));
    }
  }

  /** The settings that choose a new, empty database of this kind. */
  public Config fresh() {
    if (this == POSTGRESQL) {
      return Server.INSTANCE.fresh();
    }
    return ConfigFactory.parseMap(Map.of("orderflow.db.url",
        "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;DATABASE_TO_LOWER=TRUE"));
  }
}
