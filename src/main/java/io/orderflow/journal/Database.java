package io.orderflow.journal;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.persistence.jdbc.db.SlickExtension;
import akka.persistence.jdbc.db.SlickExtensionImpl;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
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
      // The rows of a batch go as one statement.
      "reWriteBatchedInserts", true,
      "options", "-c statement_timeout=15s -c idle_in_transaction_session_timeout=20s");

  /** Classes of SQL states: connection, rollback (a deadlock), resources, cancelled by the server or its shutdown. */
  private static final Set<String> PASSING = Set.of("08", "40", "53", "57");
  /** PostgreSQL's own: a lock that did not come free in time, and a transaction that was given up as it did nothing for too long. */
  private static final Set<String> PASSING_STATES = Set.of("55P03", "25P03");

  /** Whoever reads the journal gives up what a transaction of a minute ago might still bring: none may live that long. */
  private static final String SHORT_TRANSACTIONS =
      "SET idle_in_transaction_session_timeout = '20s'; SET statement_timeout = '20s'; SET lock_timeout = '10s'";

  /**
   * Nearly all that a node asks for are some rows by their keys, of tables that grow for years and whose newest part is in memory. By
   * PostgreSQL's default, which is for disks that turn, reading a table of 50,000 rows is cheaper than looking up 200 of them.
   */
  private static final String LOOKUPS = "SET random_page_cost = 1.1";

  private final JdbcBackend.DatabaseDef pool;
  private final Executor threads;

  private Database(JdbcBackend.DatabaseDef pool, Executor threads) {
    this.pool = pool;
    this.threads = threads;
  }

  /** The pool that the node's journal uses. */
  public static Database of(ActorSystem<?> system) {
    SlickExtensionImpl slick = (SlickExtensionImpl) SlickExtension.get(system);
    return of(slick.database(system.settings().config().getConfig("jdbc-journal")).database(), Adapter.toClassic(system));
  }

  static Database of(JdbcBackend.DatabaseDef pool, akka.actor.ActorSystem system) {
    return new Database(pool, system.dispatchers().lookup("orderflow.blocking-dispatcher"));
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

  /** Akka's settings for the journal and snapshot plugins and the projections, from the operator's. */
  public static Config settings(Config config) {
    Url url = Url.of(config);
    return ConfigFactory.parseMap(Map.of(
        "akka-persistence-jdbc.shared-databases.slick.db.connectionInitSql", url.postgresql() ? SHORT_TRANSACTIONS + "; " + LOOKUPS : "SELECT 1",
        "akka-persistence-jdbc.shared-databases.slick.profile",
        url.postgresql() ? "slick.jdbc.PostgresProfile$" : "slick.jdbc.H2Profile$",
        "akka-persistence-jdbc.shared-databases.slick.db.driver",
        url.postgresql() ? "org.postgresql.Driver" : "org.h2.Driver",
        "akka-persistence-jdbc.shared-databases.slick.db.url", url.text(),
        "akka-persistence-jdbc.shared-databases.slick.db.properties", url.postgresql() ? POSTGRESQL : Map.of(),
        "akka.projection.jdbc.dialect", url.postgresql() ? "postgres-dialect" : "h2-dialect"));
  }

  /**
   * Does the work in a transaction of its own; it is rolled back when the work throws.
   *
   * @throws SQLException when the database can't be reached or refuses
   */
  public <T> T transaction(Work<T> work) throws SQLException {
    try (Connection connection = connection()) {
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

  /**
   * Does a piece of work that is one statement, which is a transaction of its own: one round trip.
   *
   * @throws SQLException when the database can't be reached or refuses
   */
  public <T> T statement(Work<T> work) throws SQLException {
    try (Connection connection = pool.source().createConnection()) {
      return work.in(connection);
    }
  }

  /**
   * A connection of the pool, in a transaction; whoever takes it commits or rolls back, and closes it.
   *
   * @throws SQLException when the database can't be reached or none becomes free in time
   */
  public Connection connection() throws SQLException {
    Connection connection = pool.source().createConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  /** {@link #transaction} on threads that may wait; fails with a {@link TimeoutException} when the database is away for now. */
  public <T> CompletionStage<T> async(Work<T> work) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return transaction(work);
      } catch (SQLException failure) {
        throw new CompletionException(isPassing(failure) ? away(failure) : failure);
      }
    }, threads);
  }

  private static TimeoutException away(SQLException cause) {
    TimeoutException away = new TimeoutException("the database is away");
    away.initCause(cause);
    return away;
  }

  /** Whether a failure, or what caused it, has to do with the moment and not with what was asked: a lost connection, a deadlock. */
  public static boolean isPassing(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientException || cause instanceof SQLRecoverableException
          || cause instanceof SQLNonTransientConnectionException
          || cause instanceof SQLException sql && sql.getSQLState() != null
              && (PASSING.stream().anyMatch(sql.getSQLState()::startsWith) || PASSING_STATES.contains(sql.getSQLState()))) {
        return true;
      }
    }
    return false;
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
