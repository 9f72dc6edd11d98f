package io.orderflow.testkit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.UUID;

/** A real PostgreSQL server of its own for a spec. */
public final class Postgresql implements AutoCloseable {

  private final EmbeddedPostgres server;
  private final ProcessHandle process;

  private Postgresql(EmbeddedPostgres server) throws SQLException {
    this.server = server;
    this.process = process(server);
  }

  public static Postgresql start() {
    try {
      // As the server's own defaults have it: the embedded one would answer commits before they are on disk, and lose them in a crash.
      return new Postgresql(EmbeddedPostgres.builder().setServerConfig("max_connections", "200")
          .setServerConfig("synchronous_commit", "on").setServerConfig("fsync", "on").start());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** The settings of a node that uses it. */
  public Config settings() {
    return settings("postgres");
  }

  /** The same for a new, empty database on it. */
  public Config fresh() {
    String name = "spec_" + UUID.randomUUID().toString().replace("-", "");
    try (Connection connection = server.getPostgresDatabase().getConnection(); Statement create = connection.createStatement()) {
      create.execute("CREATE DATABASE " + name);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
    return settings(name);
  }

  /** A connection to the database of {@link #settings()}. */
  public Connection connect() throws SQLException {
    return server.getPostgresDatabase().getConnection();
  }

  /** Has it crash and recover: every connection breaks, what was committed stays. */
  public void crash() {
    try (Connection connection = server.getPostgresDatabase().getConnection(); Statement ask = connection.createStatement();
        ResultSet found = ask.executeQuery("SELECT pg_backend_pid()")) {
      found.next();
      // The server takes the violent end of one of its processes for a damage to the memory that all share.
      ProcessHandle.of(found.getLong(1)).orElseThrow().destroyForcibly();
    } catch (SQLException broken) {
      // As it should be.
    }
  }

  /** Stops all its processes: it keeps its connections and answers nothing. */
  public void freeze() {
    Signals.send("STOP", process);
  }

  /** Lets them run again. */
  public void thaw() {
    Signals.send("CONT", process);
  }

  private static ProcessHandle process(EmbeddedPostgres server) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection(); Statement ask = connection.createStatement();
        ResultSet found = ask.executeQuery("SHOW data_directory")) {
      found.next();
      return Signals.postmaster(Path.of(found.getString(1)));
    }
  }

  private Config settings(String database) {
    return ConfigFactory.parseMap(Map.of("orderflow.db.url", "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database,
        "orderflow.db.user", "postgres", "orderflow.db.password", "postgres"));
  }

  @Override
  public void close() {
    thaw();
    try {
      server.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
