package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Sql;
import io.orderflow.kernel.StartRefused;
import io.orderflow.testkit.GuardedPostgresql;
import io.orderflow.testkit.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node proves itself to PostgreSQL, and PostgreSQL to the node. */
class DatabaseAccessSpec {

  @TempDir
  private static Path folder;
  private static TestAuthority authority;
  private static GuardedPostgresql server;

  @BeforeAll
  static void start() {
    authority = new TestAuthority(folder, "authority");
    server = GuardedPostgresql.start(folder.resolve("data"), authority.issue("dns:localhost"), "first");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String verifying(String host, TestAuthority trusted) {
    return server.url(host, "sslmode=verify-full&sslrootcert=" + trusted.certificate());
  }

  private static Config config(String url, Path password) {
    return Configuration.over(ConfigFactory.parseMap(Map.of("orderflow.db.url", url, "orderflow.db.user", "orderflow",
        "orderflow.db.password-file", password.toString(), "orderflow.db.connections", 1)));
  }

  @Test
  void a_password_in_a_file_is_read_again_when_it_has_changed() throws IOException {
    Path file = folder.resolve("password");
    Files.writeString(file, "first\n");
    server.password("first");
    Config config = config(verifying("localhost", authority), file);
    Database.migrate(config);
    ActorTestKit node = ActorTestKit.create(ConfigFactory.parseString("akka.actor.provider = local").withFallback(Database.settings(config))
        .withFallback(config));
    try {
      Database.followPassword(node.system());
      Database database = Database.of(node.system());
      assertThat(user(database)).isEqualTo("orderflow over TLS");

      server.password("second");
      Files.writeString(file, "second\n");
      server.disconnect();

      Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> user(database), "orderflow over TLS"::equals);
      assertThatThrownBy(() -> DriverManager.getConnection(verifying("localhost", authority), "orderflow", "first"))
          .isInstanceOf(SQLException.class).hasMessageContaining("password");
    } finally {
      node.shutdownTestKit();
    }
  }

  private static String user(Database database) {
    try {
      return database.statement(connection -> Sql.select(connection,
          "SELECT current_user || CASE WHEN ssl THEN ' over TLS' ELSE '' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
          row -> row.getString(1))).get(0);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void a_server_of_another_authority_is_refused() {
    TestAuthority other = new TestAuthority(folder, "other");
    assertThatThrownBy(() -> DriverManager.getConnection(verifying("localhost", other), "orderflow", "first"))
        .isInstanceOf(SQLException.class).hasRootCauseInstanceOf(java.security.cert.CertPathBuilderException.class);
  }

  @Test
  void a_server_with_a_certificate_for_another_name_is_refused() {
    assertThatThrownBy(() -> DriverManager.getConnection(verifying("127.0.0.1", authority), "orderflow", "first"))
        .isInstanceOf(SQLException.class).hasMessageContaining("could not be verified");
  }

  @Test
  void the_server_refuses_an_unencrypted_connection() {
    assertThatThrownBy(() -> DriverManager.getConnection(server.url("localhost", "sslmode=disable"), "orderflow", "first"))
        .isInstanceOf(SQLException.class).hasMessageContaining("no encryption");
  }

  @Test
  void a_missing_file_and_a_password_beside_the_file_refuse_the_start() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> Database.settings(config("jdbc:postgresql://localhost/x", missing)))
        .isInstanceOf(StartRefused.class).hasMessage("ORDERFLOW_DB_PASSWORD_FILE can't be used: " + missing + " does not exist.");
    Config both = ConfigFactory.parseString("orderflow.db.password = x").withFallback(config("jdbc:postgresql://localhost/x", missing));
    assertThatThrownBy(() -> Database.settings(both))
        .isInstanceOf(StartRefused.class).hasMessage("Only one of ORDERFLOW_DB_PASSWORD and ORDERFLOW_DB_PASSWORD_FILE can be set.");
  }
}
