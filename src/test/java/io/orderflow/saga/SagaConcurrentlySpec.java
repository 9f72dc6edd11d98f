package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steps that are called concurrently with the step before them. */
class SagaConcurrentlySpec {

  private final SagaKit saga = SagaKit.given(List.of("create", "reserve", "charge"), List.of("leave", "confirm"),
      Set.of("reserve", "confirm"));

  @AfterEach
  void close() {
    saga.close();
  }

  @Test
  void both_are_called_at_once_and_the_next_step_when_both_have_succeeded() {
    SagaKit.Call create = saga.isStarted().expect("create");
    saga.expect("reserve").succeeds();
    saga.expectNoCallNow();
    assertThat(SagaKit.steps(saga.state())).containsExactly("create RUNNING");
    create.succeeds();
    saga.expectAllSucceed("charge", "leave", "confirm");
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPLETED))).containsExactly("create COMPLETED", "reserve COMPLETED",
        "charge COMPLETED", "leave COMPLETED", "confirm COMPLETED");
  }

  @Test
  void the_concurrent_step_may_answer_last() {
    saga.isStarted().expectAllSucceed("create");
    SagaKit.Call reserve = saga.expect("reserve");
    saga.expectNoCallNow();
    reserve.succeedsWith("two pieces");
    assertThat(saga.expect("charge").details().resultOf("reserve")).contains("two pieces");
  }

  @Test
  void an_early_rejection_counts_when_the_step_before_has_succeeded() {
    SagaKit.Call create = saga.isStarted().expect("create");
    saga.expect("reserve").isRejected("OUT_OF_STOCK");
    saga.expectNoCallNow();
    create.succeeds();
    saga.expectAllSucceed("undo create");
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPENSATED))).containsExactly("create COMPLETED", "reserve REFUSED", "create COMPENSATED");
  }

  @Test
  void when_the_step_before_is_rejected_the_concurrent_step_is_compensated_although_its_answer_never_counts() {
    SagaKit.Call create = saga.isStarted().expect("create");
    SagaKit.Call reserve = saga.expect("reserve");
    create.isRejected("NO");
    SagaKit.Call undo = saga.expect("undo reserve");
    reserve.succeeds();
    saga.expectNoCallNow();
    undo.succeeds();
    assertThat(SagaKit.steps(saga.ends(SagaStatus.COMPENSATED))).containsExactly("create REFUSED", "reserve IN_DOUBT", "reserve COMPENSATED");
  }

  @Test
  void when_every_attempt_of_the_step_before_fails_both_are_compensated() {
    SagaKit.Call create = saga.isStarted().expect("create");
    saga.expect("reserve").succeeds();
    create.fails();
    saga.backoffPasses(1);
    for (int attempt = 2; attempt <= SagaKit.ATTEMPTS; attempt++) {
      saga.expect("create").fails();
      if (attempt < SagaKit.ATTEMPTS) {
        saga.backoffPasses(attempt);
      }
    }
    saga.expectAllSucceed("undo reserve", "undo create");
    saga.ends(SagaStatus.COMPENSATED);
  }

  @Test
  void when_the_client_cancels_both_are_compensated() {
    saga.isStarted().expect("create");
    saga.expect("reserve");
    saga.cancel();
    saga.expectAllSucceed("undo reserve", "undo create");
    assertThat(saga.ends(SagaStatus.COMPENSATED).failure().code()).isEqualTo("CUSTOMER_REQUEST");
  }

  @Test
  void an_answer_is_kept_while_the_step_before_is_repeated() {
    SagaKit.Call create = saga.isStarted().expect("create");
    saga.expect("reserve").succeeds();
    create.fails();
    saga.backoffPasses(1);
    saga.expectAllSucceed("create", "charge", "leave", "confirm");
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void an_early_failure_is_retried_when_the_step_before_has_succeeded() {
    SagaKit.Call create = saga.isStarted().expect("create");
    saga.expect("reserve").fails();
    create.succeeds();
    saga.backoffPasses(1);
    SagaKit.Call again = saga.expect("reserve");
    assertThat(again.details().attempt()).isEqualTo(2);
    again.succeeds();
    saga.expect("charge");
  }

  @Test
  void an_early_pending_call_is_repeated() {
    SagaKit.Call create = saga.isStarted().expect("create");
    saga.expect("reserve").isPending(Duration.ofSeconds(1));
    create.succeeds();
    saga.awaitRecords(2);
    saga.expectNoCallNow();
    saga.timePasses(Duration.ofSeconds(1));
    saga.expectAllSucceed("reserve", "charge", "leave", "confirm");
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void its_time_limit_begins_when_the_step_before_has_succeeded() {
    SagaKit.Call create = saga.isStarted().expect("create");
    saga.expect("reserve");
    create.succeeds();
    assertThat(SagaKit.steps(saga.state())).containsExactly("create COMPLETED", "reserve RUNNING");
    saga.timePasses(SagaKit.TIME_LIMIT);
    saga.backoffPasses(1);
    saga.expectAllSucceed("reserve", "charge", "leave", "confirm");
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void it_is_not_called_again_when_the_step_before_has_to_be_recorded_first() {
    SagaKit.Call create = saga.isStarted().expect("create");
    saga.expect("reserve").succeeds();
    saga.timePasses(SagaKit.DEFER_RECORDING_FOR);
    create.succeeds();
    saga.expect("charge");
  }

  @Test
  void after_a_crash_both_are_called_again() {
    saga.isStarted().expect("create");
    saga.expect("reserve").succeeds();
    saga.crashesAndIsWoken();
    saga.expectAllSucceed("create", "reserve", "charge", "leave", "confirm");
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void a_concurrent_retriable_step_is_repeated_until_it_succeeds() {
    saga.isStarted().expectAllSucceed("create", "reserve", "charge");
    SagaKit.Call leave = saga.expect("leave");
    saga.expect("confirm").fails();
    leave.succeeds();
    saga.backoffPasses(1);
    saga.expectAllSucceed("confirm");
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void no_retriable_step_is_called_before_the_pivots_success_is_on_record() {
    saga.isStarted().expectAllSucceed("create", "reserve", "charge");
    saga.expect("leave");
    saga.expect("confirm");
    saga.crashesAndIsWoken();
    saga.expectAllSucceed("leave", "confirm");
    saga.ends(SagaStatus.COMPLETED);
  }

  @Test
  void the_first_step_has_none_before_it() {
    SagaDefinition<String> one = SagaDefinition.named("one", String.class).step("only", (StepCall<String> call) -> StepResult.done(), null);
    assertThatIllegalStateException().isThrownBy(one::concurrently);
    assertThatIllegalStateException().isThrownBy(one.retriable("conclusion", (StepCall<String> call) -> StepResult.done())::concurrently);
  }
}
