package io.orderflow.fault;

import io.orderflow.testkit.Postgresql;
import io.orderflow.testkit.Shoppers;
import io.orderflow.testkit.SmallDisk;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What can go wrong with a database that does not crash: for {@code -Dcluster.hang} seconds each, 20 if that is not set. */
final class DatabaseFaults implements AutoCloseable {

  private static final List<String> NAMES = List.of("database hangs", "database slow", "connections taken");

  private static final Duration LASTS = Duration.ofSeconds(Integer.getInteger("cluster.hang", 20));

  private final Postgresql postgresql;
  private final SmallDisk disk;

  /** @param folder where the journal's disk is mounted */
  DatabaseFaults(Postgresql postgresql, Path folder) {
    this.postgresql = postgresql;
    this.disk = new SmallDisk(folder);
  }

  /** The faults that this machine can cause. */
  static List<String> names(boolean disks) {
    return Stream.concat(NAMES.stream(), disks ? Stream.of("disk full") : Stream.empty()).toList();
  }

  /** Causes the fault and ends it. Returns when an order has been answered after that. */
  void meet(String fault, Shoppers shoppers) throws SQLException {
    switch (fault) {
      case "database hangs" -> {
        postgresql.freeze();
        last();
        postgresql.thaw();
      }
      case "database slow" -> {
        // Each commit waits for others to share its write with, though there are none.
        set("commit_siblings = 0", "commit_delay = 100000");
        last();
        set("commit_delay = 0");
      }
      case "connections taken" -> {
        try (Connection other = postgresql.connect()) {
          other.setAutoCommit(false);
          // Every connection of every pool soon waits for one of these tables.
          execute(other, "LOCK TABLE event_journal, order_summaries");
          last();
        }
      }
      case "disk full" -> {
        try (Connection connection = postgresql.connect()) {
          disk.fill(connection);
        }
        last();
        disk.free();
      }
      default -> throw new IllegalArgumentException(fault);
    }
    long ended = System.nanoTime();
    shoppers.awaitMore(1);
    System.out.printf("%s for %d s: an order was answered %d ms after its end%n", fault, LASTS.toSeconds(),
        Duration.ofNanos(System.nanoTime() - ended).toMillis());
  }

  private static void last() {
    for (long end = System.nanoTime() + LASTS.toNanos(), left; (left = end - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }

  private void set(String... settings) throws SQLException {
    try (Connection connection = postgresql.connect()) {
      for (String setting : settings) {
        execute(connection, "ALTER SYSTEM SET " + setting);
      }
      execute(connection, "SELECT pg_reload_conf()");
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    disk.close();
  }
}
