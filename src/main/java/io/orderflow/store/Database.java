package io.orderflow.store;

import akka.actor.typed.ActorSystem;
import akka.persistence.jdbc.db.SlickExtension;
import akka.persistence.jdbc.db.SlickExtensionImpl;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.flywaydb.core.Flyway;
import slick.jdbc.JdbcBackend;

/** The database of a node, H2 or PostgreSQL: one SQL for both, in lower-case names. Its calls block. */
public final class Database {

  /** One piece of work in one transaction. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /**
   * A connection to a server that has gone, or one on which a node was frozen in the middle of a transaction, is given up: longer than any
   * statement takes, shorter than the readers of the journal wait for a number that is missing ({@link JournalReader}).
   */
  private static final Map<String, Object> POSTGRESQL = Map.of("socketTimeout", 20, "connectTimeout", 5, "tcpKeepAlive", true,
      "options", "-c statement_timeout=15s -c idle_in_transaction_session_timeout=20s");

  private final JdbcBackend.DatabaseDef pool;

  private Database(JdbcBackend.DatabaseDef pool) {
    this.pool = pool;
  }

  /** The pool that the node's journal uses. */
  public static Database of(ActorSystem<?> system) {
    SlickExtensionImpl slick = (SlickExtensionImpl) SlickExtension.get(system);
    return new Database(slick.database(system.settings().config().getConfig("jdbc-journal")).database());
  }

  /**
   * Brings the schema up to date; before anything else uses the database. Several nodes may do it at once: one waits for the other.
   *
   * @throws org.flywaydb.core.api.FlywayException when the database can't be reached or a migration fails
   */
  public static void migrate(Config config) {
    Url url = Url.of(config);
    Flyway.configure()
        .dataSource(url.text(), config.getString("orderflow.db.user"), config.getString("orderflow.db.password"))
        .locations("classpath:db/migration")
        .placeholders(Map.of("bytes", url.postgresql() ? "BYTEA" : "BLOB"))
        .connectRetries(30)
        .load().migrate();
  }

  /** Akka's settings for the journal and snapshot plugins, from the operator's. */
  public static Config settings(Config config) {
    Url url = Url.of(config);
    return ConfigFactory.parseMap(Map.of(
        "akka-persistence-jdbc.shared-databases.slick.profile",
        url.postgresql() ? "slick.jdbc.PostgresProfile$" : "slick.jdbc.H2Profile$",
        "akka-persistence-jdbc.shared-databases.slick.db.driver",
        url.postgresql() ? "org.postgresql.Driver" : "org.h2.Driver",
        "akka-persistence-jdbc.shared-databases.slick.db.url", url.text(),
        "akka-persistence-jdbc.shared-databases.slick.db.properties", url.postgresql() ? POSTGRESQL : Map.of()));
  }

  /**
   * Does the work in a transaction of its own; it is rolled back when the work throws.
   *
   * @throws SQLException when the database can't be reached or refuses
   */
  public <T> T transaction(Work<T> work) throws SQLException {
    try (Connection connection = pool.source().createConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.in(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException failure) {
        connection.rollback();
        throw failure;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  /** The same on a thread that may wait; the stage fails with a {@link CompletionException} around what the database said. */
  public <T> CompletionStage<T> query(Executor blocking, Work<T> work) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return transaction(work);
      } catch (SQLException failure) {
        throw new CompletionException(failure);
      }
    }, blocking);
  }

  private record Url(String text) {

    static Url of(Config config) {
      String url = config.getString("orderflow.db.url");
      if (!url.isEmpty()) {
        return new Url(url);
      }
      // WRITE_DELAY=0: an answered write survives the end of the process. The node closes the database, not the JVM's exit.
      String folder = java.nio.file.Path.of(config.getString("orderflow.data-dir")).toAbsolutePath().toString();
      return new Url("jdbc:h2:file:" + folder + "/orderflow;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;DATABASE_TO_LOWER=TRUE");
    }

    boolean postgresql() {
      return text.startsWith("jdbc:postgresql:");
    }
  }
}
