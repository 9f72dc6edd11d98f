package io.orderflow.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A PostgreSQL server that lets the user {@code orderflow} in with its password and over TLS alone. */
public final class GuardedPostgresql implements AutoCloseable {

  private static final String ENTRIES = """
      local   all postgres              trust
      host    all postgres 127.0.0.1/32 trust
      hostssl all orderflow all         scram-sha-256
      """;

  private final EmbeddedPostgres server;

  private GuardedPostgresql(EmbeddedPostgres server) {
    this.server = server;
  }

  /** Starts it in the folder with the certificate and the password. */
  public static GuardedPostgresql start(Path folder, TestAuthority.Pair certificate, String password) {
    try {
      EmbeddedPostgres server = EmbeddedPostgres.builder().setDataDirectory(folder).setServerConfig("ssl", "on")
          .setServerConfig("ssl_cert_file", certificate.certificate().toString())
          .setServerConfig("ssl_key_file", certificate.key().toString()).start();
      GuardedPostgresql guarded = new GuardedPostgresql(server);
      guarded.execute("CREATE ROLE orderflow LOGIN");
      guarded.password(password);
      guarded.execute("CREATE DATABASE orderflow OWNER orderflow");
      Files.writeString(folder.resolve("pg_hba.conf"), ENTRIES);
      guarded.execute("SELECT pg_reload_conf()");
      return guarded;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The URL of its database at that name of this machine, with further parameters such as {@code sslmode=verify-full}. */
  public String url(String host, String parameters) {
    return "jdbc:postgresql://" + host + ":" + server.getPort() + "/orderflow?" + parameters;
  }

  /** Gives the user another password. */
  public void password(String password) {
    execute("ALTER ROLE orderflow PASSWORD '" + password + "'");
  }

  /** Ends the user's connections. */
  public void disconnect() {
    execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orderflow'");
  }

  private void execute(String sql) {
    try (Connection connection = server.getPostgresDatabase().getConnection(); Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
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
