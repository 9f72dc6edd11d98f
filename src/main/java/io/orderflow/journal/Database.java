package io.orderflow.journal;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.persistence.jdbc.db.SlickExtension;
import akka.persistence.jdbc.db.SlickExtensionImpl;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.ExitBarrier;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.flywaydb.core.Flyway;
import slick.jdbc.JdbcBackend;
import slick.jdbc.hikaricp.HikariCPJdbcDataSource;

/** Accesses the node's database, H2 or PostgreSQL. The same SQL serves both, with lower-case names. Calls block. */
public final class Database {

  /**
   * How long the driver waits for a server, in seconds, and for which of several: each is a default that a parameter of the URL overrides. A
   * host that is switched off answers nothing, so each host has less time to connect than all of them together ({@code loginTimeout}). One whose
   * system still takes connections, while its processes stand still, is left after the 2 s for encryption and {@code socketTimeout}, and not tried
   * again for a minute ({@code hostRecheckSeconds}), unless no other host is the primary.
   */
  private static final Map<String, String> CONNECTING = Map.of("targetServerType", "primary",
      "connectTimeout", "2", "sslResponseTimeout", "2000", "loginTimeout", "15", "hostRecheckSeconds", "60", "tcpKeepAlive", "true");

  /**
   * Drops connections to a server that has gone, and connections on which a node froze in the middle of a transaction. The journal's
   * writer waits for its batch, so {@code socketTimeout} is also how long it takes to leave a server that is silent. The server's limits are
   * below it: they are longer than any statement takes, and shorter than readers of the journal wait for a missing ordering
   * ({@link JournalReader}). None of them ends a commit that waits for a synchronous standby: PostgreSQL would report such a commit as
   * done.
   *
   * <p>PostgreSQL is made to prefer index look-ups. A node mostly selects a few rows by key from tables that grow for years and whose newest
   * part is in memory. The default cost is meant for spinning disks: with it, scanning a table of 50,000 rows counts as cheaper than 200
   * look-ups.
   */
  private static final Map<String, String> POSTGRESQL = Map.of("socketTimeout", "10",
      // Sends the rows of a batch as one statement.
      "reWriteBatchedInserts", "true",
      "options", "-c statement_timeout=8s -c lock_timeout=5s -c idle_in_transaction_session_timeout=10s -c random_page_cost=1.1");

  /** Flyway's attempts to connect before a node gives up its start, a second or two apart: between one and five minutes. */
  private static final int CONNECT_RETRIES = 30;
  private static final int CONNECT_RETRY_SECONDS = 2;

  /** Classes of SQL states: connection, rollback (such as a deadlock), resources, cancellation or shutdown by the server. */
  private static final Set<String> PASSING = Set.of("08", "40", "53", "57");
  /** PostgreSQL's state of a write on a server that is read-only, such as an old primary that an operator took out of service. */
  private static final String READ_ONLY = "25006";
  /** PostgreSQL's own states: a lock time-out, a transaction that was aborted after being idle for too long, a server that is read-only. */
  private static final Set<String> PASSING_STATES = Set.of("55P03", "25P03", READ_ONLY);

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

  /** Has new connections opened with the present password, if it is in a file. */
  public static void followPassword(ActorSystem<?> system) {
    if (of(system).pool.source() instanceof HikariCPJdbcDataSource hikari) {
      DatabasePassword.follow(system, hikari.ds());
    }
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
    Flyway flyway = Flyway.configure()
        .dataSource(url.text(), config.getString("orderflow.db.user"), DatabasePassword.of(config).get())
        .locations("classpath:db/migration")
        .placeholders(Map.of("bytes", url.postgresql() ? "BYTEA" : "BLOB"))
        .jdbcProperties(url.postgresql() ? CONNECTING : Map.of())
        .connectRetries(CONNECT_RETRIES).connectRetriesInterval(CONNECT_RETRY_SECONDS)
        .load();
    if (url.postgresql()) {
      flyway.migrate();
    } else {
      // H2 can't roll back a half of a migration, and Flyway refuses to go on from there.
      ExitBarrier.during(flyway::migrate);
    }
  }

  /** Derives Akka's settings for the journal, the snapshot store and the projections from {@code orderflow.db}. */
  public static Config settings(Config config) {
    Url url = Url.of(config);
    Map<String, String> properties = new HashMap<>();
    if (url.postgresql()) {
      properties.putAll(CONNECTING);
      properties.putAll(POSTGRESQL);
    }
    return ConfigFactory.parseMap(Map.of(
        "akka-persistence-jdbc.shared-databases.slick.profile",
        url.postgresql() ? "slick.jdbc.PostgresProfile$" : "slick.jdbc.H2Profile$",
        "akka-persistence-jdbc.shared-databases.slick.db.driver",
        url.postgresql() ? "org.postgresql.Driver" : "org.h2.Driver",
        "akka-persistence-jdbc.shared-databases.slick.db.url", url.text(),
        "akka-persistence-jdbc.shared-databases.slick.db.password", DatabasePassword.of(config).get(),
        "akka-persistence-jdbc.shared-databases.slick.db.properties", properties,
        "akka.projection.jdbc.dialect", url.postgresql() ? "postgres-dialect" : "h2-dialect"));
  }

  /**
   * Does the work in its own transaction, which is rolled back if the work throws.
   *
   * @throws SQLException if the database can't be reached or refuses a statement
   */
  public <T> T transaction(Sql.Work<T> work) throws SQLException {
    // The pool sets auto-commit again.
    return on(connection(), connection -> Sql.transaction(connection, work));
  }

  /**
   * Does work that consists of a single statement, with auto-commit: one round trip.
   *
   * @throws SQLException if the database can't be reached or refuses the statement
   */
  public <T> T statement(Sql.Work<T> work) throws SQLException {
    return on(pool.source().createConnection(), work);
  }

  /** The pool drops connections that broke. It would keep those to a server that is read-only, whose reads may be old. */
  private <T> T on(Connection taken, Sql.Work<T> work) throws SQLException {
    try (Connection connection = taken) {
      return work.in(connection);
    } catch (SQLException failure) {
      if (READ_ONLY.equals(failure.getSQLState()) && pool.source() instanceof HikariCPJdbcDataSource hikari) {
        hikari.ds().getHikariPoolMXBean().softEvictConnections();
      }
      throw failure;
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
