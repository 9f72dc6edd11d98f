package io.orderflow.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orderflow.http.ProblemException;
import io.orderflow.projection.ParkedAggregates.Outcome;
import io.orderflow.projection.ProjectionStatus.State;
import io.orderflow.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators do about parked aggregates. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ParkedAggregatesSpec {

  private static final long POISON = 1_000_000;
  private static final long VENOM = 2_000_000;
  private static final int ALWAYS = Integer.MAX_VALUE;

  @Parameter
  private TestDatabase database;
  private ProjectionKit kit;

  @BeforeEach
  void open() throws SQLException {
    kit = ProjectionKit.on(database.fresh());
    kit.first.poison.put(POISON, ALWAYS);
    kit.first.poison.put(VENOM, ALWAYS);
  }

  @AfterEach
  void close() {
    kit.close();
  }

  @Test
  void a_retry_applies_what_was_held_back_in_order_and_the_projection_takes_the_aggregate_up() throws SQLException {
    kit.first.ordered = true;
    parkOne();
    kit.first.poison.clear();
    assertThat(kit.retry(kit.first, "one")).isEqualTo(new Outcome("entity|one", 3, List.of()));
    assertThat(kit.sum(kit.first)).isEqualTo(1 + POISON + 3 + VENOM);
    kit.add("one", 5, 5);
    kit.awaitSum(kit.first, 1 + POISON + 3 + VENOM + 5);
    assertThat(kit.status(kit.first).parked()).isZero();
    assertProblem(404, () -> kit.retry(kit.first, "one"));
  }

  @Test
  void a_retry_that_fails_again_keeps_the_aggregate_parked_with_the_new_error() throws SQLException {
    parkOne();
    assertThat(kit.retry(kit.first, "one")).satisfies(outcome -> {
      assertThat(outcome.applied()).isZero();
      assertThat(outcome.parked()).singleElement().satisfies(parked -> {
        assertThat(parked.sequence()).isEqualTo(2);
        assertThat(parked.attempts()).isEqualTo(2);
      });
    });
    kit.first.poison.remove(POISON);
    assertThat(kit.retry(kit.first, "one")).satisfies(outcome -> {
      assertThat(outcome.applied()).isEqualTo(2);
      assertThat(outcome.parked()).singleElement().satisfies(parked -> {
        assertThat(parked.sequence()).isEqualTo(4);
        assertThat(parked.error()).contains("can't add " + VENOM);
        assertThat(parked.attempts()).isEqualTo(1);
      });
    });
    assertThat(kit.sum(kit.first)).isEqualTo(1 + POISON + 3);
  }

  @Test
  void a_skip_leaves_out_one_event_and_may_park_the_aggregate_at_a_later_one() throws SQLException {
    parkOne();
    assertThat(kit.skip(kit.first, "one", 2).parked()).singleElement().satisfies(parked -> assertThat(parked.sequence()).isEqualTo(4));
    assertThat(kit.sum(kit.first)).isEqualTo(4);
    assertProblem(409, () -> kit.skip(kit.first, "one", 2));
    assertThat(kit.skip(kit.first, "one", 4).parked()).isEmpty();
    kit.add("one", 5, 5);
    kit.awaitSum(kit.first, 9);
    assertThat(kit.number("SELECT COUNT(*) FROM projection_skipped WHERE name = 'first' AND persistence_id = 'entity|one'"
        + " AND reason = 'written by mistake' AND skipped_by = 'ada' AND skipped_at > 0 AND error LIKE '%can_t add%'")).isEqualTo(2);
    assertProblem(404, () -> kit.skip(kit.first, "one", 4));
  }

  @Test
  void of_two_operators_at_once_one_skips_and_one_is_refused() throws SQLException {
    parkOne();
    AtomicInteger refused = new AtomicInteger();
    CompletableFuture.allOf(IntStream.range(0, 4).mapToObj(operator -> kit.projections().parked()
        .skip("first", "entity|one", OptionalLong.of(2), new Skip("a reason", "operator " + operator)).toCompletableFuture()
        .handle((outcome, failure) -> failure == null ? 0 : refused.incrementAndGet())).toArray(CompletableFuture[]::new)).join();
    assertThat(refused).hasValue(3);
    assertThat(kit.parked(kit.first)).singleElement().satisfies(parked -> assertThat(parked.sequence()).isEqualTo(4));
    assertThat(kit.number("SELECT COUNT(*) FROM projection_skipped")).isEqualTo(1);
  }

  @Test
  void each_event_takes_effect_once_and_in_order_while_more_are_written_and_several_operators_retry() throws Exception {
    kit.first.ordered = true;
    parkOne();
    kit.first.poison.clear();
    Thread writer = new Thread(() -> {
      for (int i = 5; i <= 400; i++) {
        try {
          kit.add("one", i, 1);
        } catch (SQLException failure) {
          throw new IllegalStateException(failure);
        }
      }
    });
    writer.start();
    CompletableFuture.allOf(IntStream.range(0, 4).mapToObj(operator -> kit.projections().parked().retry("first", "entity|one")
        .toCompletableFuture().exceptionally(failure -> null)).toArray(CompletableFuture[]::new)).join();
    writer.join();
    kit.awaitSum(kit.first, 1 + POISON + 3 + VENOM + 396);
    assertThat(kit.status(kit.first).parked()).isZero();
  }

  @Test
  void a_retry_that_ends_in_the_middle_is_taken_up_where_it_came_to() throws SQLException {
    kit.first.ordered = true;
    kit.add("one", 1, POISON);
    for (int i = 2; i <= 1_200; i++) {
      kit.add("one", i, i == 1_100 ? 77 : 1);
    }
    kit.startProjections();
    awaitHeld(1_200);
    kit.first.poison.clear();
    kit.first.refused.put(77L, new SQLException("the connection is gone", "08006"));
    assertThatThrownBy(() -> kit.retry(kit.first, "one")).hasRootCauseInstanceOf(SQLException.class)
        .cause().isInstanceOf(TimeoutException.class);
    assertThat(kit.parked(kit.first)).singleElement().satisfies(parked -> assertThat(parked.sequence()).isEqualTo(1_001));
    kit.crash();
    kit.first.refused.clear();
    assertThat(kit.retry(kit.first, "one")).isEqualTo(new Outcome("entity|one", 200, List.of()));
    assertThat(kit.sum(kit.first)).isEqualTo(POISON + 1_198 + 77);
  }

  @Test
  void what_is_neither_in_the_journal_nor_in_the_archive_is_a_conflict_and_can_be_skipped() throws SQLException {
    parkOne();
    kit.first.poison.clear();
    kit.database().transaction(connection -> connection.createStatement().executeUpdate(
        "DELETE FROM event_journal WHERE persistence_id = 'entity|one' AND sequence_number = 2"));
    assertProblem(409, () -> kit.retry(kit.first, "one"));
    assertThat(kit.skip(kit.first, "one", 2).parked()).isEmpty();
    assertThat(kit.sum(kit.first)).isEqualTo(1 + 3 + VENOM);
  }

  @Test
  void a_rebuild_begins_with_nothing_parked() throws SQLException {
    parkOne();
    kit.first.poison.clear();
    kit.projections().rebuild("first").toCompletableFuture().join();
    awaitGeneration(2);
    assertThat(kit.sum(kit.first)).isEqualTo(1 + POISON + 3 + VENOM);
    assertThat(kit.status(kit.first).parked()).isZero();
    assertProblem(404, () -> kit.retry(kit.first, "one"));
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.number("SELECT COUNT(*) FROM projection_parked") == 0);
  }

  @Test
  void a_rebuild_that_fails_at_the_same_events_and_at_those_that_are_skipped_is_shown() throws SQLException {
    parkOne();
    kit.skip(kit.first, "one", 2);
    kit.projections().rebuild("first").toCompletableFuture().join();
    awaitGeneration(2);
    assertThat(kit.sum(kit.first)).isEqualTo(4);
    assertThat(kit.parked(kit.first)).singleElement().satisfies(parked -> {
      assertThat(parked.generation()).isEqualTo(2);
      assertThat(parked.sequence()).isEqualTo(4);
    });
  }

  @Test
  void a_rebuild_that_lacks_what_is_shown_waits_for_an_operator() throws SQLException {
    kit.first.poison.clear();
    kit.startProjections();
    kit.add("one", 1, 1);
    kit.add("one", 2, POISON);
    kit.add("other", 1, 10);
    kit.awaitSum(kit.first, POISON + 11);
    kit.first.poison.put(POISON, ALWAYS);
    kit.projections().rebuild("first").toCompletableFuture().join();
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
      ProjectionStatus.Rebuild rebuild = kit.status(kit.first).rebuild();
      return rebuild.parked() == 1 && rebuild.lagEvents() == 0;
    });
    // The live rows go on meanwhile, by several looks at whether the others may be shown.
    for (int i = 1; i <= 5; i++) {
      kit.add("new", i, 100);
      kit.awaitSum(kit.first, POISON + 11 + i * 100L);
    }
    assertThat(kit.status(kit.first)).satisfies(status -> {
      assertThat(status.generation()).isEqualTo(1);
      assertThat(status.state()).isEqualTo(State.REBUILDING);
      assertThat(status.parked()).isZero();
    });
    kit.first.poison.clear();
    assertThat(kit.retry(kit.first, "one").parked()).isEmpty();
    awaitGeneration(2);
    assertThat(kit.sum(kit.first)).isEqualTo(POISON + 511);
  }

  /** Of the four events of an entity the second and the fourth are poisoned. */
  private void parkOne() throws SQLException {
    kit.add("one", 1, 1);
    kit.add("one", 2, POISON);
    kit.add("one", 3, 3);
    kit.add("one", 4, VENOM);
    kit.startProjections();
    awaitHeld(4);
  }

  private void awaitHeld(long upTo) {
    Awaitility.await().atMost(20, TimeUnit.SECONDS).pollInterval(10, TimeUnit.MILLISECONDS).until(() ->
        kit.parked(kit.first).stream().anyMatch(parked -> parked.heldUpTo() == upTo));
  }

  private void awaitGeneration(long generation) {
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> kit.status(kit.first).generation() == generation);
  }

  private static void assertProblem(int status, ThrowingCallable call) {
    assertThatThrownBy(call).cause().isInstanceOfSatisfying(ProblemException.class,
        problem -> assertThat(problem.problem().status()).isEqualTo(status));
  }
}
