package io.orderflow.testkit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A primary PostgreSQL server that answers no commit before its standby has it, until the standby takes its place. */
public final class ReplicatedPostgresql implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final EmbeddedPostgres primary;
  private final ProcessHandle primaryProcess;
  private final EmbeddedPostgres standby;

  private ReplicatedPostgresql(EmbeddedPostgres primary, ProcessHandle primaryProcess, EmbeddedPostgres standby) {
    this.primary = primary;
    this.primaryProcess = primaryProcess;
    this.standby = standby;
  }

  /** Starts both in the folder. The standby begins with a copy of the primary's files, taken while the primary is shut down. */
  public static ReplicatedPostgresql start(Path folder) {
    try {
      Path first = folder.resolve("primary");
      server(first).start().close();
      Path second = copy(first, folder.resolve("standby"));
      // The standby comes last in the URL, and commits without a standby of its own when it is promoted.
      EmbeddedPostgres primary = server(first).setServerConfig("synchronous_standby_names", "*").start();
      Files.createFile(second.resolve("standby.signal"));
      Files.writeString(second.resolve("postgresql.auto.conf"),
          "primary_conninfo = 'host=127.0.0.1 port=" + primary.getPort() + " user=postgres'\n");
      ReplicatedPostgresql both = new ReplicatedPostgresql(primary, Signals.postmaster(first), server(second).start());
      Awaitility.await().atMost(PATIENCE).until(() -> both.ask(primary, "SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'"),
          "1"::equals);
      return both;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static EmbeddedPostgres.Builder server(Path folder) {
    return EmbeddedPostgres.builder().setDataDirectory(folder).setCleanDataDirectory(false).setServerConfig("max_connections", "200")
        .setServerConfig("synchronous_commit", "on").setServerConfig("fsync", "on");
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return to;
  }

  /** The settings of a node that uses whichever is the primary. */
  public Config settings() {
    return ConfigFactory.parseMap(Map.of("orderflow.db.url", "jdbc:postgresql://127.0.0.1:" + primary.getPort() + ",127.0.0.1:"
        + standby.getPort() + "/postgres", "orderflow.db.user", "postgres", "orderflow.db.password", "postgres"));
  }

  /** A connection to the server that was the standby at first. */
  public Connection connect() throws SQLException {
    return standby.getPostgresDatabase().getConnection();
  }

  /** Ends all processes of the primary as {@code kill -9} does. */
  public void killPrimary() {
    // Those that it has started end with it at once, as they would with their machine.
    List<ProcessHandle> all = Stream.concat(Stream.of(primaryProcess), primaryProcess.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    Awaitility.await().atMost(PATIENCE).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** Stops all processes of the primary: it keeps its connections and answers nothing, as a machine that has lost its power or its network. */
  public void freezePrimary() {
    Signals.send("STOP", primaryProcess);
  }

  /** Has the primary refuse writes, as an operator does who takes it out of service. */
  public void closePrimaryForWrites() {
    ask(primary, "ALTER SYSTEM SET default_transaction_read_only = on");
    ask(primary, "SELECT pg_reload_conf()");
  }

  /** Makes the standby the primary. Returns when it accepts writes. */
  public void promote() {
    ask(standby, "SELECT pg_promote(true, 30)");
  }

  /** The port of the server that was the standby at first. */
  public int standbyPort() {
    return standby.getPort();
  }

  private String ask(EmbeddedPostgres server, String sql) {
    try (Connection connection = server.getPostgresDatabase().getConnection(); Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (ResultSet found = statement.getResultSet()) {
        found.next();
        return found.getString(1);
      }
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void close() {
    Signals.send("CONT", primaryProcess);
    killPrimary();
    try {
      standby.close();
      primary.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
