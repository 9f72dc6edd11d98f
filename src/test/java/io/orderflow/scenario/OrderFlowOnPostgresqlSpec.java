package io.orderflow.scenario;

import com.typesafe.config.Config;
import io.orderflow.journal.Postgresql;
import org.junit.jupiter.api.AfterAll;

class OrderFlowOnPostgresqlSpec extends OrderFlow {

  private final Postgresql postgresql = Postgresql.start();

  @Override
  Config database() {
    return postgresql.settings();
  }

  @AfterAll
  void stopDatabase() {
    postgresql.close();
  }
}
