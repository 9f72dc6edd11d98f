package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.journal.LateJournal;
import io.orderflow.saga.SagaKit.Call;
import io.orderflow.saga.SagaNodes.Node;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two or more incarnations of one saga live at once, on nodes that share a journal. */
class SagaIncarnationsSpec {

  private static final Duration FREEZE = Duration.ofSeconds(60);

  private final SagaNodes nodes = new SagaNodes(3);
  private final Node older = nodes.node(0);
  private final Node newer = nodes.node(1);

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void the_journal_rejects_a_decision_of_an_incarnation_that_was_taken_over() {
    older.isStarted();
    older.expectAllSucceed("reserve", "charge");
    Call unanswered = older.expect("ship");
    newer.spawns();
    newer.expectAllSucceed("reserve", "charge");
    Call ship = newer.expect("ship");
    assertThat(nodes.takesEffect(ship)).isTrue();
    unanswered.isRejected("SHIPPING_UNAVAILABLE");
    nodes.awaitRefused(1);
    older.isStopped();
    ship.succeeds();
    assertThat(nodes.ends().state()).isEqualTo(SagaStatus.COMPLETED);
    nodes.assertEffects();
  }

  @Test
  void the_journal_rejects_a_cancellation_by_an_older_incarnation() {
    older.isStarted();
    older.expect("reserve");
    newer.spawns();
    newer.expectAllSucceed("reserve", "charge");
    nodes.takesEffect(newer.expect("ship"));
    older.cancel();
    nodes.awaitRefused(1);
    older.isStopped();
    nodes.timePasses(SagaKit.TIME_LIMIT);
    assertThat(nodes.ends().state()).isEqualTo(SagaStatus.COMPLETED);
    nodes.assertEffects();
  }

  @Test
  void nothing_is_called_before_resumed_is_on_record() {
    older.isStarted();
    older.expectAllSucceed("reserve", "charge");
    nodes.journal.holdIf(all -> true);
    older.expect("ship").isRejected("SHIPPING_UNAVAILABLE");
    LateJournal.Held rejection = nodes.awaitHeld(0);
    newer.spawns();
    LateJournal.Held resumed = nodes.awaitHeld(1);
    assertThat(newer.poll(Duration.ofMillis(50))).isNull();
    nodes.journal.holdNone();
    rejection.landsUnheard();
    resumed.lands();
    older.isStopped();
    nodes.timePasses(Duration.ofSeconds(1));
    newer.expectAllSucceed("undo charge", "undo reserve");
    assertThat(nodes.ends().state()).isEqualTo(SagaStatus.COMPENSATED);
    nodes.assertEffects();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_record_may_land_after_its_client_gave_up(boolean beforeTheNextOne) {
    older.isStarted();
    older.expectAllSucceed("reserve", "charge");
    nodes.journal.holdIf(all -> true);
    older.expect("ship").isRejected("SHIPPING_UNAVAILABLE");
    LateJournal.Held rejection = nodes.awaitHeld(0);
    rejection.isGivenUp();
    nodes.timePasses(Duration.ofSeconds(1));
    LateJournal.Held resumed = nodes.awaitHeld(1);
    nodes.journal.holdNone();
    if (beforeTheNextOne) {
      rejection.lands();
      resumed.lands();
    } else {
      resumed.lands();
      nodes.takesEffect(older.expect("reserve"));
      rejection.lands();
      nodes.timePasses(SagaKit.TIME_LIMIT);
    }
    assertThat(nodes.ends().state()).isEqualTo(beforeTheNextOne ? SagaStatus.COMPENSATED : SagaStatus.COMPLETED);
    nodes.assertEffects();
  }

  @Test
  void a_call_of_an_older_incarnation_that_arrives_long_after_the_compensation_has_no_effect() {
    older.isStarted();
    List<Call> late = List.of(older.expect("reserve"), older.expect("charge"));
    cancelledByTheNewerOne();
    nodes.timePasses(FREEZE);
    late.forEach(call -> assertThat(nodes.takesEffect(call)).as(call.name()).isFalse());
    nodes.assertEffects();
  }

  @Test
  void an_older_incarnation_that_was_frozen_calls_nothing_when_an_answer_comes() {
    older.isStarted();
    older.expectAllSucceed("reserve");
    Call charge = older.expect("charge");
    nodes.takesEffect(charge);
    cancelledByTheNewerOne();
    nodes.timePasses(FREEZE);
    int refused = nodes.journal.refused();
    charge.succeeds();
    nodes.awaitRefused(refused + 1);
    assertThat(older.poll(Duration.ofMillis(50))).isNull();
    nodes.assertEffects();
  }

  @Test
  void an_older_incarnation_that_was_frozen_between_two_attempts_calls_nothing() {
    older.isStarted();
    older.expect("reserve").fails();
    older.hasRecorded(2);
    older.expectAllSucceed("charge");
    cancelledByTheNewerOne();
    nodes.timePasses(FREEZE);
    int refused = nodes.journal.refused();
    older.thaws();
    nodes.timePasses(SagaKit.BACKOFF);
    nodes.awaitRefused(refused + 1);
    assertThat(older.poll(Duration.ofMillis(50))).isNull();
    nodes.assertEffects();
  }

  @Test
  void calls_that_follow_a_record_whose_answer_came_after_a_freeze_are_not_valid_any_more() {
    nodes.journal.holdIf(all -> true);
    older.isStarted();
    LateJournal.Held start = nodes.awaitHeld(0);
    nodes.journal.holdNone();
    start.landsUnheard();
    cancelledByTheNewerOne();
    nodes.timePasses(FREEZE);
    start.isHeardOf();
    assertThat(nodes.takesEffect(older.expect("reserve"))).isFalse();
    assertThat(nodes.takesEffect(older.expect("charge"))).isFalse();
    nodes.assertEffects();
  }

  @Test
  void an_older_incarnation_cannot_complete_a_saga_that_a_newer_one_compensates() {
    older.isStarted();
    older.expectAllSucceed("reserve", "charge");
    Call ship = older.expect("ship");
    nodes.takesEffect(ship);
    newer.spawns();
    nodes.takesEffect(newer.expect("reserve"));
    ship.succeeds();
    nodes.awaitRefused(1);
    older.isStopped();
    newer.cancel();
    assertThat(nodes.ends().state()).isEqualTo(SagaStatus.COMPENSATED);
    nodes.assertEffects();
  }

  @Test
  void a_saga_that_pauses_for_long_between_two_attempts_records_that_it_goes_on_and_its_call_is_valid() {
    older.isStarted();
    older.expect("reserve").fails();
    older.hasRecorded(2);
    older.expectAllSucceed("charge");
    nodes.timePasses(SagaKit.DEFER_RECORDING_FOR.plusSeconds(1));
    Call again = older.expect("reserve");
    assertThat(nodes.records()).last().isInstanceOf(SagaEvent.Resumed.class);
    assertThat(nodes.takesEffect(again)).isTrue();
    again.succeeds();
    assertThat(nodes.ends().state()).isEqualTo(SagaStatus.COMPLETED);
    nodes.assertEffects();
  }

  @Test
  void an_incarnation_that_is_stopped_while_its_write_fails_stops() {
    older.isStarted();
    older.expectAllSucceed("reserve", "charge");
    nodes.journal.holdIf(all -> true);
    older.expect("ship").isRejected("SHIPPING_UNAVAILABLE");
    LateJournal.Held rejection = nodes.awaitHeld(0);
    older.leaves(() -> {
      rejection.isGivenUp();
      nodes.timePasses(Duration.ofSeconds(1));
    });
  }

  @Test
  void resumed_is_no_step() {
    older.isStarted();
    older.expectAllSucceed("reserve", "charge");
    older.expect("ship");
    older.isStopped();
    newer.spawns();
    newer.expectAllSucceed("reserve", "charge", "ship", "confirm");
    assertThat(SagaKit.steps(nodes.ends()))
        .containsExactly("reserve COMPLETED", "charge COMPLETED", "ship COMPLETED", "confirm COMPLETED");
    assertThat(nodes.records()).hasSize(6);
  }

  /**
   * Random incarnations start, stop and live at once. Their calls and writes arrive late, twice or never, and clients cancel. The saga's final
   * status always matches the effects of its steps. {@code -Dincarnations.seed} repeats a round, {@code -Dincarnations.rounds} adds rounds.
   */
  @Test
  void whatever_comes_late_the_sagas_final_status_matches_the_effects_of_its_steps() {
    long first = Long.getLong("incarnations.seed", System.nanoTime());
    for (int round = 0; round < Integer.getInteger("incarnations.rounds", 10); round++) {
      long seed = first + round;
      nodes.nextSaga("saga-" + seed);
      try {
        live(new SplittableRandom(seed));
      } catch (Throwable failure) {
        throw new AssertionError("incarnations.seed " + seed + ": " + nodes.records(), failure);
      }
    }
  }

  private void live(SplittableRandom dice) {
    nodes.node(0).isStarted();
    nodes.awaitRecords(1);
    int spawned = 1;
    for (int step = 0; step < 30; step++) {
      Node node = nodes.alive().get(dice.nextInt(nodes.alive().size()));
      switch (dice.nextInt(12)) {
        case 0 -> nodes.timePasses(Duration.ofMillis(dice.nextInt(6_000)));
        case 1 -> {
          if (spawned < 3) {
            nodes.node(spawned++).spawns();
          }
        }
        case 2 -> {
          if (nodes.alive().size() > 1) {
            node.isStopped();
          }
        }
        case 3 -> {
          if (dice.nextInt(4) == 0) {
            node.cancel();
          }
        }
        case 4 -> nodes.journal.holdIf(all -> true);
        case 5, 6 -> {
          nodes.journal.holdNone();
          nodes.journal.held().stream().filter(held -> dice.nextBoolean()).forEach(held -> {
            if (dice.nextInt(4) == 0) {
              held.isGivenUp();
            } else {
              held.lands();
            }
          });
        }
        default -> answer(node, dice);
      }
    }
    while (nodes.alive().size() > 1) {
      nodes.alive().get(dice.nextInt(nodes.alive().size())).isStopped();
    }
    nodes.journal.holdNone();
    nodes.journal.held().forEach(LateJournal.Held::lands);
    nodes.ends();
    nodes.timePasses(Duration.ofSeconds(dice.nextInt(120)));
    nodes.late.forEach(nodes::takesEffect);
    nodes.assertEffects();
  }

  private void answer(Node node, SplittableRandom dice) {
    Call call = node.poll(Duration.ofMillis(4));
    if (call == null) {
      return;
    }
    boolean isAction = SagaNodes.STEPS.contains(call.name());
    int fate = dice.nextInt(10);
    if (fate == 0 && isAction) {
      nodes.late.add(call);
    } else if (fate <= 2 && isAction && !nodes.isDone(call.name())) {
      call.isRejected("NO");
    } else if (fate == 3 && isAction) {
      nodes.takesEffect(call);
      call.fails();
    } else {
      nodes.succeeds(call);
    }
  }

  /** The older incarnation is frozen, a newer one takes over, and a client cancels the saga there. */
  private void cancelledByTheNewerOne() {
    older.freezes();
    newer.spawns();
    newer.expect("reserve");
    newer.expect("charge");
    newer.cancel();
    newer.expectAllSucceed("undo ship", "undo charge", "undo reserve");
    assertThat(nodes.ends().state()).isEqualTo(SagaStatus.COMPENSATED);
    newer.isStopped();
    nodes.late.clear();
  }
}
