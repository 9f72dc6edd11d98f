package io.orderflow.journal;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.persistence.jdbc.db.SlickExtension;
import akka.persistence.jdbc.db.SlickExtensionImpl;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Sql;
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

/** Accesses the node's database, H2 or PostgreSQL. The same SQL serves both, with lower-case names. Calls block. */
public final class Database {

  /**
   * Drops connections to a server that has gone, and connections on which a node froze in the middle of a transaction. The limits are
   * longer than any statement takes, and shorter than readers of the journal wait for a missing ordering ({@link JournalReader}).
   */
  private static final Map<String, Object> POSTGRESQL = Map.of("socketTimeout", 20, "connectTimeout", 5, "tcpKeepAlive", true,
      // Sends the rows of a batch as one statement.
      "reWriteBatchedInserts", true,
      "options", "-c statement_timeout=15s -c idle_in_transaction_session_timeout=20s");

  /** Classes of SQL states: connection, rollback (such as a deadlock), resources, cancellation or shutdown by the server. */
  private static final Set<String> PASSING = Set.of("08", "40", "53", "57");
  /** PostgreSQL's own states: a lock time-out, and a transaction that was aborted after being idle for too long. */
  private static final Set<String> PASSING_STATES = Set.of("55P03", "25P03");

  /** Limits transactions to less than a minute: after that time, readers of the journal stop waiting for an uncommitted event. */
  private static final String SHORT_TRANSACTIONS =
      "SET idle_in_transaction_session_timeout = '20s'; SET statement_timeout = '20s'; SET lock_timeout = '10s'";

  /**
   * Makes PostgreSQL prefer index look-ups. A node mostly selects a few rows by key from tables that grow for years and whose newest part
   * is in memory. The default cost is meant for spinning disks: with it, scanning a table of 50,000 rows counts as cheaper than 200
   * look-ups.
   */
  private static final String LOOKUPS = "SET random_page_cost = 1.1";

  private final JdbcBackend.DatabaseDef pool;
  private final Executor threads;

  private Database(JdbcBackend.DatabaseDef pool, Executor threads) {
    this.pool = pool;
    this.threads = threads;
  }

  /** Uses the connection pool of the node's journal. */
  public static Database of(ActorSystem<?> system) {
    SlickExtensionImpl slick = (SlickExtensionImpl) SlickExtension.get(system);
    return of(slick.database(system.settings().config().getConfig("jdbc-journal")).database(), Adapter.toClassic(system));
  }

  static Database of(JdbcBackend.DatabaseDef pool, akka.actor.ActorSystem system) {
    return new Database(pool, system.dispatchers().lookup("orderflow.blocking-dispatcher"));
  }

  /**
   * Migrates the schema. Must run before anything else uses the database. Several nodes may migrate at once: one waits for the other.
   *
   * @throws org.flywaydb.core.api.FlywayException if the database can't be reached or a migration fails
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

  /** Derives Akka's settings for the journal, the snapshot store and the projections from {@code orderflow.db}. */
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
   * Does the work in its own transaction, which is rolled back if the work throws.
   *
   * @throws SQLException if the database can't be reached or refuses a statement
   */
  public <T> T transaction(Sql.Work<T> work) throws SQLException {
    try (Connection connection = connection()) {
      try {
        return Sql.transaction(connection, work);
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }

  /**
   * Does work that consists of a single statement, with auto-commit: one round trip.
   *
   * @throws SQLException if the database can't be reached or refuses the statement
   */
  public <T> T statement(Sql.Work<T> work) throws SQLException {
    try (Connection connection = pool.source().createConnection()) {
      return work.in(connection);
    }
  }

  /**
   * Takes a connection from the pool and begins a transaction. The caller commits or rolls back, and closes the connection.
   *
   * @throws SQLException if the database can't be reached or no connection becomes free in time
   */
  public Connection connection() throws SQLException {
    Connection connection = pool.source().createConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  /** Runs {@link #transaction} on the blocking dispatcher. Fails with a {@link TimeoutException} while the database is unavailable. */
  public <T> CompletionStage<T> async(Sql.Work<T> work) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return transaction(work);
      } catch (SQLException failure) {
        throw new CompletionException(isPassing(failure) ? away(failure) : failure);
      }
    }, threads);
  }

  private static TimeoutException away(SQLException cause) {
    TimeoutException away = new TimeoutException("the database is unavailable");
    away.initCause(cause);
    return away;
  }

  /** Whether a failure or one of its causes is transient, such as a lost connection or a deadlock: the same work may succeed later. */
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
      // WRITE_DELAY=0 makes an acknowledged write survive a crash of the process. The node closes the database on shutdown, not the JVM on
      // exit.
      String folder = java.nio.file.Path.of(config.getString("orderflow.data-dir")).toAbsolutePath().toString();
      return new Url("jdbc:h2:file:" + folder + "/orderflow;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;DATABASE_TO_LOWER=TRUE");
    }

    boolean postgresql() {
      return text.startsWith("jdbc:postgresql:");
    }
  }
}
