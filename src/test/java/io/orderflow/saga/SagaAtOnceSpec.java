package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Steps that answer at once: their aggregate lives in the saga's home, and its event, Added, is stored with the saga's. */
class SagaAtOnceSpec {

  /** The shape of an order: create, ship and confirm answer at once, and confirm is called concurrently with leave. */
  private SagaKit saga = SagaKit.given(List.of("create", "reserve", "charge", "ship"), List.of("leave", "confirm"),
      Set.of("reserve", "confirm"), Set.of("create", "ship", "confirm"));

  @AfterEach
  void close() {
    saga.close();
  }

  @Test
  void the_first_step_is_stored_in_one_row_with_the_start() {
    saga.isStarted().expect("reserve");
    assertThat(saga.rows()).containsExactly("Started Added StepCompleted");
  }

  @Test
  void the_steps_around_the_pivot_are_one_row_and_the_end_is_another() {
    saga.isStarted().expectAllSucceed("reserve", "charge");
    SagaKit.Call leave = saga.expect("leave");
    assertThat(saga.rows()).containsExactly("Started Added StepCompleted", "StepCompleted StepCompleted Added StepCompleted Added");
    leave.succeeds();
    saga.ends(SagaStatus.COMPLETED);
    assertThat(saga.rows()).hasSize(3).last().isEqualTo("StepCompleted StepCompleted");
  }

  @Test
  void nothing_is_called_before_the_start_is_on_record() {
    saga.nextWriteFails().start();
    saga.recoversWithoutASaga();
    saga.isStarted().expect("reserve");
  }

  @Test
  void a_crash_between_calls_and_the_next_write_repeats_the_calls_but_no_step_on_record() {
    saga.isStarted().expectAllSucceed("reserve");
    saga.expect("charge");
    saga.crashesAndIsWoken();
    saga.expectAllSucceed("reserve", "charge", "leave");
    saga.ends(SagaStatus.COMPLETED);
    assertThat(saga.rows()).containsExactly("Started Added StepCompleted", "Resumed",
        "StepCompleted StepCompleted Added StepCompleted Added", "StepCompleted StepCompleted");
  }

  @Test
  void a_write_that_fails_takes_the_steps_of_its_turn_back_and_they_are_repeated() {
    saga.isStarted().expectAllSucceed("reserve");
    SagaKit.Call charge = saga.expect("charge");
    saga.nextWriteFails();
    charge.succeeds();
    saga.recovers();
    saga.expectAllSucceed("reserve", "charge", "leave");
    saga.ends(SagaStatus.COMPLETED);
    assertThat(saga.rows()).containsExactly("Started Added StepCompleted", "Resumed",
        "StepCompleted StepCompleted Added StepCompleted Added", "StepCompleted StepCompleted");
  }

  @Test
  void a_concurrent_step_of_a_start_that_was_not_stored_is_repeated_with_the_next_start() {
    saga.close();
    saga = SagaKit.given(List.of("reserve", "create"), List.of("leave"), Set.of("create"), Set.of("create"));
    saga.nextWriteFails().start();
    saga.recoversWithoutASaga();
    saga.isStarted().expect("reserve");
    assertThat(saga.rows()).containsExactly("Started Added");
  }

  @Test
  void a_compensation_is_stored_in_one_row_with_the_rejection() {
    saga.isStarted().expect("reserve").isRejected("OUT_OF_STOCK");
    saga.ends(SagaStatus.COMPENSATED);
    assertThat(saga.rows()).containsExactly("Started Added StepCompleted", "StepRefused Added StepCompleted");
  }

  @Test
  void a_step_that_fails_is_repeated_after_a_back_off() {
    saga.failsAtOnce("create").isStarted();
    assertThat(saga.rows()).containsExactly("Started AttemptFailed");
    saga.backoffPasses(1);
    saga.expect("reserve");
    assertThat(saga.rows()).last().isEqualTo("Resumed Added StepCompleted");
  }

  @Test
  void a_concurrent_retriable_step_that_fails_is_repeated_until_it_succeeds() {
    saga.failsAtOnce("confirm").isStarted().expectAllSucceed("reserve", "charge", "leave");
    saga.backoffPasses(1);
    saga.ends(SagaStatus.COMPLETED);
    assertThat(saga.rows()).last().isEqualTo("Resumed Added StepCompleted");
  }
}
