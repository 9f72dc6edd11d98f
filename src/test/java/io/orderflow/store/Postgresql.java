package io.orderflow.store;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** A real PostgreSQL server of its own for a spec. */
public final class Postgresql implements AutoCloseable {

  private final EmbeddedPostgres server;

  private Postgresql(EmbeddedPostgres server) {
    this.server = server;
  }

  public static Postgresql start() {
    try {
      return new Postgresql(EmbeddedPostgres.builder().setServerConfig("max_connections", "200").start());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The settings of a node that uses it. */
  public Config settings() {
    return ConfigFactory.parseMap(Map.of("orderflow.db.url", "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres",
        "orderflow.db.user", "postgres", "orderflow.db.password", "postgres"));
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
