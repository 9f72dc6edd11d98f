package io.orderflow.bench.orders;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The PostgreSQL server of both, which loses nothing that it has committed; the one of the specs does not wait for the disk. */
final class DurablePostgresql implements AutoCloseable {

  private final EmbeddedPostgres server;
  private final long pid;

  private DurablePostgresql(EmbeddedPostgres server, long pid) {
    this.server = server;
    this.pid = pid;
  }

  /** @param statements whether it is to count what its statements cost */
  static DurablePostgresql start(Path folder, boolean statements) throws Exception {
    Path data = folder.resolve("postgresql");
    EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(true)
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("max_connections", "200")
        .setServerConfig("shared_buffers", "512MB")
        // There is a checkpoint before each measurement and none in its middle.
        .setServerConfig("max_wal_size", "8GB")
        .setServerConfig("checkpoint_timeout", "1h");
    if (statements) {
      builder.setServerConfig("shared_preload_libraries", "pg_stat_statements");
    }
    EmbeddedPostgres server = builder.start();
    DurablePostgresql database = new DurablePostgresql(server,
        Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim()));
    for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
      if (!database.rows("postgres", "SHOW " + setting).get(0).equals("on")) {
        throw new IllegalStateException(setting + " is off");
      }
    }
    if (statements) {
      database.execute("postgres", "CREATE EXTENSION pg_stat_statements");
    }
    return database;
  }

  /** Makes a new, empty database. */
  void create(String name) throws SQLException {
    execute("postgres", "CREATE DATABASE " + name);
  }

  String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database;
  }

  /** The first of its processes. */
  long pid() {
    return pid;
  }

  void execute(String database, String sql) throws SQLException {
    try (Connection connection = connect(database); Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  long number(String database, String sql) throws SQLException {
    return Long.parseLong(rows(database, sql).get(0));
  }

  /** The first column of what is found. */
  List<String> rows(String database, String sql) throws SQLException {
    try (Connection connection = connect(database); Statement query = connection.createStatement(); ResultSet found = query.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (found.next()) {
        rows.add(found.getString(1));
      }
      return rows;
    }
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database), "postgres", "postgres");
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
