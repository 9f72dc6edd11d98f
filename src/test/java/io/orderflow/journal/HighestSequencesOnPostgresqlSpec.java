package io.orderflow.journal;

import com.typesafe.config.Config;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class HighestSequencesOnPostgresqlSpec extends HighestSequencesTables {

  private static Postgresql postgresql;

  @BeforeAll
  static void start() {
    postgresql = Postgresql.start();
  }

  @AfterAll
  static void stop() {
    postgresql.close();
  }

  @Override
  Config database() {
    return postgresql.settings();
  }
}
