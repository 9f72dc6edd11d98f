package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Sql;
import io.orderflow.testkit.ReplicatedPostgresql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node's connection pool leaves a primary that has gone, for the standby that was promoted. */
class DatabaseFailoverSpec {

  private static final Duration BACK = Duration.ofSeconds(20);

  @TempDir
  private Path folder;
  private ReplicatedPostgresql servers;
  private ActorTestKit node;
  private Database database;

  @BeforeEach
  void start() throws SQLException {
    servers = ReplicatedPostgresql.start(folder);
    Config config = Configuration.over(servers.settings());
    Database.migrate(config);
    node = ActorTestKit.create(ConfigFactory.parseString("akka.actor.provider = local").withFallback(Database.settings(config))
        .withFallback(config));
    database = Database.of(node.system());
    database.statement(connection -> Sql.update(connection, "CREATE TABLE noted (number INTEGER PRIMARY KEY)"));
    database.statement(connection -> Sql.update(connection, "INSERT INTO noted VALUES (1)"));
  }

  @AfterEach
  void stop() {
    node.shutdownTestKit();
    servers.close();
  }

  @Test
  void after_the_primary_was_killed_the_promoted_standby_is_used_and_has_what_was_committed() {
    servers.killPrimary();
    assertThatThrownBy(() -> note(2)).isInstanceOf(SQLException.class).matches(Database::isPassing);
    servers.promote();
    awaitNoted(2);
  }

  @Test
  void a_transaction_whose_server_goes_fails_with_what_happened_first() {
    assertThatThrownBy(() -> database.transaction(connection -> {
      servers.killPrimary();
      return Sql.update(connection, "INSERT INTO noted VALUES (3)");
    })).matches(Database::isPassing);
    servers.promote();
    awaitNoted(2);
  }

  @Test
  void a_primary_that_answers_nothing_is_left() throws SQLException {
    try (Connection taken = database.connection()) {
      servers.freezePrimary();
      servers.promote();
      assertThatThrownBy(() -> Sql.update(taken, "INSERT INTO noted VALUES (3)")).matches(Database::isPassing);
    }
    awaitNoted(2);
  }

  @Test
  void a_primary_that_became_read_only_is_left_also_by_reads() throws SQLException {
    servers.closePrimaryForWrites();
    Awaitility.await().atMost(BACK).untilAsserted(() -> assertThatThrownBy(() -> note(2)).matches(Database::isPassing));
    servers.promote();
    awaitNoted(2);
    for (int i = 0; i < 32; i++) {
      assertThat((int) database.statement(connection -> Sql.selectFirst(connection, "SELECT inet_server_port()", row -> row.getInt(1)))
          .orElseThrow()).isEqualTo(servers.standbyPort());
    }
  }

  private void note(int number) throws SQLException {
    database.statement(connection -> Sql.update(connection, "INSERT INTO noted VALUES (?) ON CONFLICT DO NOTHING", number));
  }

  private void awaitNoted(int number) {
    long began = System.nanoTime();
    Awaitility.await().atMost(BACK).ignoreExceptionsInstanceOf(SQLException.class).untilAsserted(() -> note(number));
    System.out.printf("the database answered again after %d ms%n", Duration.ofNanos(System.nanoTime() - began).toMillis());
    assertThat(noted()).isEqualTo(number);
  }

  private long noted() {
    try {
      return database.statement(connection -> Sql.selectFirst(connection, "SELECT COUNT(*) FROM noted", row -> row.getLong(1))).orElseThrow();
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
