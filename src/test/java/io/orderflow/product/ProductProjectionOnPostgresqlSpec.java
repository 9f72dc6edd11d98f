package io.orderflow.product;

import com.typesafe.config.Config;
import io.orderflow.journal.Postgresql;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class ProductProjectionOnPostgresqlSpec extends ProductProjectionTables {

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
