package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.kernel.Rejection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls of a saga, their order, and its reaction to each answer. */
class SagaSpec {

  private final SagaKit saga = SagaKit.given(List.of("reserve", "charge", "ship"), "confirm");

  @AfterEach
  void close() {
    saga.close();
  }

  @Test
  void calls_the_steps_in_order_and_the_retriable_step_last() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship", "confirm");
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPLETED)))
        .containsExactly("reserve COMPLETED", "charge COMPLETED", "ship COMPLETED", "confirm COMPLETED");
  }

  @Test
  void leaves_memory_a_while_after_its_end_and_not_before() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship");
    SagaKit.Call last = saga.expect("confirm");
    saga.isInMemory();
    last.succeeds();
    saga.ends(SagaStatus.COMPLETED);
    saga.isInMemory();
    saga.leavesMemoryAfterAWhile();
  }

  @Test
  void an_ended_saga_that_is_read_leaves_memory_later() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship", "confirm");
    saga.ends(SagaStatus.COMPLETED);
    saga.crashes();
    saga.isInMemory();
    saga.leavesMemoryAfterAWhile();
  }

  @Test
  void a_saga_that_is_woken_without_anything_to_do_leaves_memory_and_so_recovers_again() {
    saga.wake();
    saga.leavesMemory();
  }

  @Test
  void a_step_gets_the_input_its_idempotency_key_and_the_results_of_earlier_steps() {
    saga.isStarted().expectAllSucceed("reserve");
    StepCall<String> charge = saga.expect("charge").details();
    assertThat(charge.input()).isEqualTo("input");
    assertThat(charge.idempotencyKey()).isEqualTo("saga-1/charge");
    assertThat(charge.resultOf("reserve")).contains("reserve done");
    assertThat(charge.failure()).isEmpty();
  }

  @Test
  void a_call_stays_valid_on_nodes_whose_clocks_are_ahead_within_the_skew() {
    saga.isStarted();
    assertThat(saga.expect("reserve").details().validUntil()).isEqualTo(saga.now().plus(SagaKit.TIME_LIMIT).plusSeconds(10));
  }

  @Test
  void starting_it_again_changes_nothing_and_replies_its_state() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.expect("charge");
    saga.start();
    assertThat(SagaKit.steps(saga.answer().getValue())).containsExactly("reserve COMPLETED", "charge RUNNING");
    saga.expectNoCallNow();
  }

  @Test
  void a_rejection_compensates_the_completed_steps_in_reverse_but_not_the_rejected_step() {
    saga.isStarted().expectAllSucceed("reserve", "charge");
    saga.expect("ship").isRejected("SHIPPING_UNAVAILABLE");
    saga.expectAllSucceed("undo charge", "undo reserve");
    SagaState ended = saga.ends(SagaStatus.COMPENSATED);
    assertThat(SagaKit.steps(ended)).containsExactly("reserve COMPLETED", "charge COMPLETED", "ship REFUSED",
        "charge COMPENSATED", "reserve COMPENSATED");
    assertThat(ended.failure()).isEqualTo(new Failure("ship", "SHIPPING_UNAVAILABLE", "no"));
  }

  @Test
  void a_rejection_of_the_first_step_compensates_nothing() {
    saga.isStarted().expect("reserve").isRejected("OUT_OF_STOCK");
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPENSATED))).containsExactly("reserve REFUSED");
  }

  @Test
  void a_partly_done_step_that_is_rejected_is_compensated_too() {
    saga.isStarted().expect("reserve").isRejectedPartlyDone("OUT_OF_STOCK");
    saga.expectAllSucceed("undo reserve");
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void a_failed_call_is_retried_after_a_back_off_and_counted() {
    saga.isStarted().expect("reserve").fails();
    saga.backoffPasses(1);
    SagaKit.Call second = saga.expect("reserve");
    assertThat(second.details().attempt()).isEqualTo(2);
    second.succeeds();
    saga.expect("charge");
    assertThat(saga.state().steps().get(0).attempts()).isEqualTo(2);
  }

  @Test
  void a_call_without_an_answer_is_retried_after_its_time_limit() {
    saga.isStarted().expect("reserve");
    saga.timePasses(SagaKit.TIME_LIMIT);
    saga.backoffPasses(1);
    saga.expect("reserve").succeeds();
    saga.expect("charge");
  }

  @Test
  void a_pending_call_is_repeated_until_its_outcome_and_is_no_failure() {
    saga.isStarted().expect("reserve").isPending(Duration.ofSeconds(1));
    saga.expectNoCallNow();
    for (int asked = 0; asked < 2 * SagaKit.ATTEMPTS; asked++) {
      saga.timePasses(Duration.ofSeconds(1));
      saga.expect("reserve").isPending(Duration.ofSeconds(1));
      saga.expectNoCallNow();
    }
    saga.timePasses(Duration.ofSeconds(1));
    saga.expect("reserve").succeeds();
    saga.expect("charge");
    assertThat(saga.state().steps().get(0).attempts()).isEqualTo(1);
  }

  @Test
  void a_pending_call_is_compensated_when_the_client_cancels_and_repeated_after_a_crash() {
    saga.isStarted().expect("reserve").isPending(Duration.ofHours(1));
    saga.expectNoCallNow();
    saga.crashesAndIsWoken();
    saga.expect("reserve").isPending(Duration.ofHours(1));
    saga.expectNoCallNow();
    saga.cancel();
    saga.expectAllSucceed("undo ship", "undo charge", "undo reserve");
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void the_late_answer_to_a_call_that_was_given_up_changes_nothing() {
    SagaKit.Call late = saga.isStarted().expect("reserve");
    saga.timePasses(SagaKit.TIME_LIMIT);
    saga.backoffPasses(1);
    SagaKit.Call second = saga.expect("reserve");
    late.isRejected("OUT_OF_STOCK");
    second.succeeds();
    saga.expect("charge");
  }

  @Test
  void when_every_attempt_fails_the_step_is_in_doubt_and_compensated_with_the_others() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.expectAllFail("charge");
    saga.expectAllSucceed("undo charge", "undo reserve");
    SagaState ended = saga.ends(SagaStatus.COMPENSATED);
    assertThat(ended.failure().code()).isEqualTo("GIVEN_UP");
    assertThat(ended.failure().step()).isEqualTo("charge");
    assertThat(ended.steps().get(1).attempts()).isEqualTo(SagaKit.ATTEMPTS);
  }

  @Test
  void a_step_rejected_after_a_lost_answer_is_compensated_because_the_first_attempt_may_have_worked() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.expect("charge");
    saga.timePasses(SagaKit.TIME_LIMIT);
    saga.backoffPasses(1);
    saga.expect("charge").isRejected("PAYMENT_DECLINED");
    saga.expectAllSucceed("undo charge", "undo reserve");
    assertThat(saga.ends(SagaStatus.COMPENSATED).failure().code()).isEqualTo("PAYMENT_DECLINED");
  }

  @Test
  void a_compensation_gets_the_failure() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.expect("charge").isRejected("PAYMENT_DECLINED");
    assertThat(saga.expect("undo reserve").details().failure()).contains(new Failure("charge", "PAYMENT_DECLINED", "no"));
  }

  @Test
  void a_failed_compensation_is_retried() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.expect("charge").isRejected("PAYMENT_DECLINED");
    saga.expect("undo reserve").fails();
    saga.backoffPasses(1);
    saga.expect("undo reserve").succeeds();
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void a_compensation_that_keeps_failing_is_recorded_while_the_others_still_run() {
    saga.isStarted().expectAllSucceed("reserve", "charge");
    saga.expect("ship").isRejected("SHIPPING_UNAVAILABLE");
    saga.expectAllFail("undo charge");
    saga.expectAllSucceed("undo reserve");
    SagaState ended = saga.ends(SagaStatus.COMPENSATION_FAILED);
    assertThat(SagaKit.steps(ended)).contains("charge COMPENSATION_FAILED", "reserve COMPENSATED");
    assertThat(ended.failure().code()).isEqualTo("SHIPPING_UNAVAILABLE");
  }

  @Test
  void an_operators_retry_repeats_only_the_failed_compensations() {
    a_compensation_that_keeps_failing_is_recorded_while_the_others_still_run();
    saga.retry();
    assertThat(saga.answer().getValue().state()).isEqualTo(SagaStatus.COMPENSATING);
    saga.expectAllSucceed("undo charge");
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPENSATED))).contains("charge COMPENSATED", "reserve COMPENSATED");
  }

  @Test
  void a_compensation_that_failed_after_success_was_reported_can_be_retried_by_an_operator() {
    saga.isStarted().expectAllSucceed("reserve", "charge");
    saga.expect("ship").isRejected("SHIPPING_UNAVAILABLE");
    saga.expectAllSucceed("undo charge", "undo reserve");
    saga.ends(SagaStatus.COMPENSATED);
    saga.crashesAndIsWoken();
    saga.compensationFails("charge");
    SagaState ended = saga.ends(SagaStatus.COMPENSATION_FAILED);
    assertThat(SagaKit.steps(ended)).contains("charge COMPENSATION_FAILED", "reserve COMPENSATED");
    saga.compensationFails("charge");
    saga.crashesAndIsWoken();
    saga.ends(SagaStatus.COMPENSATION_FAILED);
    saga.retry();
    saga.answer();
    saga.expectAllSucceed("undo charge");
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void only_a_compensation_that_was_reported_as_success_can_fail_later() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.compensationFails("reserve");
    saga.expectAllSucceed("charge", "ship", "confirm");
    saga.compensationFails("charge");
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPLETED)))
        .containsExactly("reserve COMPLETED", "charge COMPLETED", "ship COMPLETED", "confirm COMPLETED");
  }

  @Test
  void when_all_compensations_failed_a_retry_repeats_each_once_and_may_fail_again() {
    saga.isStarted().expectAllSucceed("reserve", "charge");
    saga.expect("ship").isRejected("SHIPPING_UNAVAILABLE");
    saga.expectAllFail("undo charge");
    saga.expectAllFail("undo reserve");
    saga.ends(SagaStatus.COMPENSATION_FAILED);
    saga.retry();
    saga.answer();
    saga.expectAllFail("undo charge");
    saga.expectAllSucceed("undo reserve");
    saga.ends(SagaStatus.COMPENSATION_FAILED);
    saga.retry();
    saga.answer();
    saga.expectAllSucceed("undo charge");
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void a_completed_saga_has_nothing_to_retry() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship", "confirm");
    saga.ends(SagaStatus.COMPLETED);
    saga.retry();
    assertThat(Rejection.in(saga.answer().getError()).orElseThrow().code()).isEqualTo("NOTHING_TO_RETRY");
  }

  @Test
  void a_retriable_step_is_repeated_until_it_succeeds() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship");
    for (int attempt = 1; attempt <= SagaKit.ATTEMPTS * 2; attempt++) {
      saga.expect("confirm").fails();
      saga.backoffPasses(attempt);
    }
    saga.expect("confirm").succeeds();
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void a_saga_that_was_retried_for_long_recovers_from_all_its_events() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship");
    int failures = 60;
    for (int attempt = 1; attempt <= failures; attempt++) {
      saga.expect("confirm").fails();
      saga.backoffPasses(attempt);
    }
    saga.expect("confirm");
    saga.crashesAndIsWoken();
    SagaKit.Call again = saga.expect("confirm");
    assertThat(again.details().attempt()).isEqualTo(failures + 1);
    assertThat(again.details().resultOf("charge")).contains("charge done");
    again.succeeds();
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void a_cancelled_saga_compensates_the_step_under_way_too_and_ignores_its_late_answer() {
    saga.isStarted().expectAllSucceed("reserve");
    SagaKit.Call charge = saga.expect("charge");
    saga.cancel();
    assertThat(saga.answer().getValue().state()).isEqualTo(SagaStatus.COMPENSATING);
    SagaKit.Call undo = saga.expect("undo charge");
    charge.succeeds();
    undo.succeeds();
    saga.expectAllSucceed("undo reserve");
    SagaState ended = saga.ends(SagaStatus.COMPENSATED);
    assertThat(ended.failure().code()).isEqualTo("CUSTOMER_REQUEST");
    assertThat(SagaKit.steps(ended)).contains("charge CANCELLED");
  }

  @Test
  void a_saga_whose_steps_have_all_succeeded_cannot_be_cancelled() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship");
    saga.expect("confirm");
    saga.cancel();
    assertThat(Rejection.in(saga.answer().getError()).orElseThrow().code()).isEqualTo("TOO_LATE");
  }

  @Test
  void cancelling_twice_compensates_once() {
    saga.isStarted().expect("reserve");
    saga.cancel();
    saga.answer();
    SagaKit.Call undo = saga.expect("undo reserve");
    saga.cancel();
    assertThat(saga.answer().isSuccess()).isTrue();
    undo.succeeds();
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void a_client_that_waits_for_the_end_gets_its_reply_then() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship");
    SagaKit.Call confirm = saga.expect("confirm");
    saga.awaitEnd();
    confirm.succeeds();
    assertThat(saga.answer().getValue().state()).isEqualTo(SagaStatus.COMPLETED);
  }

  @Test
  void a_client_that_waits_for_the_end_of_a_saga_that_moves_is_told_so() {
    saga.isStarted();
    saga.expect("reserve");
    saga.awaitEnd();
    saga.moves();
    assertThat(Rejection.isMoved(saga.answer().getError())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void after_a_crash_it_repeats_the_calls_since_its_last_record_and_the_call_under_way(int completed) {
    List<String> all = List.of("reserve", "charge", "ship", "confirm");
    saga.isStarted().expectAllSucceed(all.subList(0, completed).toArray(String[]::new));
    saga.expect(all.get(completed));
    saga.crashesAndIsWoken();
    saga.expectAllSucceed(all.toArray(String[]::new));
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPLETED))).hasSize(all.size());
  }

  @Test
  void the_pivots_success_is_on_record_before_the_retriable_step_is_called() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship");
    saga.expect("confirm");
    saga.crashesAndIsWoken();
    saga.expectAllSucceed("confirm");
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPLETED)))
        .containsExactly("reserve COMPLETED", "charge COMPLETED", "ship COMPLETED", "confirm COMPLETED");
  }

  @Test
  void once_its_last_record_is_old_a_step_that_succeeded_is_recorded_before_the_next_is_called() {
    SagaKit.Call reserve = saga.isStarted().expect("reserve");
    saga.timePasses(SagaKit.DEFER_RECORDING_FOR);
    reserve.succeeds();
    saga.expectAllSucceed("charge");
    saga.expect("ship");
    saga.crashesAndIsWoken();
    saga.expectAllSucceed("charge", "ship", "confirm");
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void how_old_its_last_record_is_does_not_depend_on_a_clock_that_is_set_back() {
    SagaKit.Call reserve = saga.isStarted().expect("reserve");
    saga.timePasses(SagaKit.DEFER_RECORDING_FOR);
    saga.wallClockIsSetBack(Duration.ofHours(1));
    reserve.succeeds();
    saga.awaitRecords(2);
    saga.expect("charge");
  }

  @Test
  void deferred_steps_are_recorded_with_the_failure_that_follows() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.expect("charge").fails();
    saga.backoffPasses(1);
    saga.expect("charge");
    saga.crashesAndIsWoken();
    assertThat(saga.expect("charge").details().attempt()).isEqualTo(2);
  }

  @Test
  void deferred_steps_are_recorded_once_a_call_is_pending() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.expect("charge").isPending(Duration.ofHours(1));
    saga.awaitRecords(2);
    saga.crashesAndIsWoken();
    saga.expectAllSucceed("charge", "ship", "confirm");
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void a_rejection_after_a_crash_also_compensates_actions_that_may_have_been_called_without_a_record() {
    saga.isStarted().expectAllSucceed("reserve", "charge");
    saga.expect("ship");
    saga.crashesAndIsWoken();
    saga.expect("reserve").isRejected("OUT_OF_STOCK");
    saga.expectAllSucceed("undo ship", "undo charge", "undo reserve");
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPENSATED))).containsExactly("reserve REFUSED", "charge IN_DOUBT", "ship IN_DOUBT",
        "ship COMPENSATED", "charge COMPENSATED", "reserve COMPENSATED");
  }

  @Test
  void a_cancellation_after_a_crash_also_compensates_actions_that_may_have_been_called_without_a_record() {
    saga.isStarted().expectAllSucceed("reserve", "charge");
    saga.expect("ship");
    saga.crashesAndIsWoken();
    saga.expect("reserve");
    saga.cancel();
    SagaKit.Call undo = saga.expect("undo ship");
    saga.crashesAndIsWoken();
    undo.succeeds();
    saga.expectAllSucceed("undo ship", "undo charge", "undo reserve");
    saga.ends(SagaStatus.COMPENSATED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void after_a_crash_it_goes_on_with_its_compensations(int undone) {
    List<String> undos = List.of("undo charge", "undo reserve");
    saga.isStarted().expectAllSucceed("reserve", "charge");
    saga.expect("ship").isRejected("SHIPPING_UNAVAILABLE");
    saga.expectAllSucceed(undos.subList(0, undone).toArray(String[]::new));
    saga.expect(undos.get(undone));
    saga.crashesAndIsWoken();
    saga.expectAllSucceed(undos.subList(undone, undos.size()).toArray(String[]::new));
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void a_step_rejected_after_a_crash_is_compensated_because_the_call_before_it_may_have_worked() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.expect("charge");
    saga.crashesAndIsWoken();
    saga.expectAllSucceed("reserve");
    saga.expect("charge").isRejected("PAYMENT_DECLINED");
    saga.expectAllSucceed("undo ship", "undo charge", "undo reserve");
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void after_a_crash_the_failed_attempts_still_count() {
    saga.isStarted().expect("reserve").fails();
    saga.backoffPasses(1);
    saga.expect("reserve").fails();
    saga.backoffPasses(2);
    saga.expect("reserve");
    saga.crashesAndIsWoken();
    saga.expect("reserve").fails();
    saga.expectAllSucceed("undo ship", "undo charge", "undo reserve");
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void waking_a_saga_that_is_awake_repeats_nothing() {
    saga.isStarted().expect("reserve");
    saga.wake();
    saga.expectNoCallNow();
  }

  @Test
  void an_ended_saga_calls_nothing_after_a_crash() {
    saga.isStarted().expectAllSucceed("reserve", "charge", "ship", "confirm");
    saga.ends(SagaStatus.COMPLETED);
    saga.crashesAndIsWoken();
    saga.expectNoCallNow();
  }
}
