package io.orderflow.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.RequestKey;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Rejection;
import io.orderflow.testkit.SetClock;
import io.orderflow.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Claims of idempotency keys, on each database. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestKeysSpec {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  @Parameter
  private TestDatabase kind;
  private ActorTestKit node;
  private Database database;
  private final SetClock clock = new SetClock(NOW);
  private RequestKeys keys;

  @BeforeParameterizedClassInvocation
  void start() {
    Config config = Configuration.over(kind.fresh());
    Database.migrate(config);
    node = ActorTestKit.create(ConfigFactory.parseString("akka.actor.provider = local").withFallback(Database.settings(config)).withFallback(config));
    database = Database.of(node.system());
    keys = new RequestKeys(database, clock);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    node.shutdownTestKit();
  }

  private static Optional<RequestKey> key(String text) {
    return Optional.of(new RequestKey(Optional.of("caller"), text));
  }

  private CompletableFuture<Void> claim(String text, String operation, Object... request) {
    return keys.claim(key(text), operation, request).toCompletableFuture();
  }

  private void expectReused(CompletableFuture<Void> claim) {
    assertThatThrownBy(claim::join).satisfies(failure ->
        assertThat(Rejection.in(failure).orElseThrow().code()).isEqualTo("IDEMPOTENCY_KEY_REUSED"));
  }

  @Test
  void a_key_belongs_to_the_first_request_that_came_with_it() {
    claim("first", "users", "ada", 1).join();
    claim("first", "users", "ada", 1).join();
    expectReused(claim("first", "users", "ada", 2));
    expectReused(claim("first", "users", "ada", 1, null));
    claim("first", "users", "ada", 1).join();
  }

  @Test
  void another_path_and_another_caller_have_keys_of_their_own() {
    claim("mine", "users", "ada").join();
    claim("mine", "accounts", "bob").join();
    keys.claim(Optional.of(new RequestKey(Optional.of("other"), "mine")), "users", "bob").toCompletableFuture().join();
    keys.claim(Optional.of(new RequestKey(Optional.empty(), "mine")), "users", "eve").toCompletableFuture().join();
  }

  @Test
  void a_request_without_a_key_claims_nothing() {
    assertThat(keys.claim(Optional.empty(), "users", "ada")).isCompleted();
  }

  @Test
  void of_requests_that_come_at_once_with_different_bodies_one_gets_the_key() {
    for (int round = 0; round < 20; round++) {
      List<CompletableFuture<Boolean>> claims = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        claims.add(claim("race-" + round, "users", i).handle((claimed, failure) -> {
          assertThat(failure == null || Rejection.in(failure).isPresent()).as("failed with %s", failure).isTrue();
          return failure == null;
        }));
      }
      assertThat(claims.stream().filter(CompletableFuture::join)).hasSize(1);
    }
  }

  @Test
  void old_claims_are_forgotten_the_oldest_first() throws Exception {
    clock.set(NOW.minus(Duration.ofDays(40)));
    claim("oldest", "users", 1).join();
    clock.set(NOW.minus(Duration.ofDays(35)));
    claim("old", "users", 1).join();
    clock.set(NOW.minus(Duration.ofDays(29)));
    claim("young", "users", 1).join();
    clock.set(NOW);
    Instant before = NOW.minus(Duration.ofDays(30));
    assertThat(database.<Integer>transaction(connection -> RequestKeyTable.forget(connection, before, 1))).isEqualTo(1);
    claim("oldest", "users", 2).join();
    expectReused(claim("old", "users", 2));
    assertThat(database.<Integer>transaction(connection -> RequestKeyTable.forget(connection, before, 1000))).isEqualTo(1);
    claim("old", "users", 2).join();
    expectReused(claim("young", "users", 2));
  }
}
