package io.orderflow.payment;

import static io.orderflow.payment.PaymentKit.DETAILS;
import static io.orderflow.payment.PaymentKit.NOW;
import static io.orderflow.payment.PaymentKit.SETTINGS;
import static io.orderflow.payment.PaymentKit.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.payment.PaymentEvent.AttemptFailed;
import io.orderflow.payment.PaymentEvent.Declined;
import io.orderflow.payment.PaymentEvent.Queued;
import io.orderflow.payment.PaymentEvent.RefundGivenUp;
import io.orderflow.payment.PaymentEvent.Refunded;
import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.payment.ProviderFailure.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decisions about one payment: what is recorded after which outcome, and when the next attempt may be made. */
class PaymentPlannerSpec {

  private final PaymentPlanner planner = new PaymentPlanner(SETTINGS, new Random(7));
  private Instant now = NOW;
  private PaymentState payment = PaymentState.NONE;

  @Test
  void a_charge_that_the_provider_does_not_accept_is_declined() {
    assertThat(fails(Operation.CHARGE, failure(Kind.NOT_ACCEPTED), false))
        .isEqualTo(new Declined(DETAILS.method(), DETAILS.amount(), DETAILS.key(), "PAYMENT_DECLINED", "the provider is ill", 1, null, NOW));
  }

  @Test
  void a_failure_that_is_not_the_providers_is_not_recorded() {
    assertThat(fails(Operation.CHARGE, new IllegalStateException("the line is dead"), false)).isNull();
    assertThat(fails(Operation.REFUND, new IllegalStateException("the line is dead"), false)).isNull();
  }

  @Test
  void failures_without_an_event_count_among_the_attempts() {
    record(planner.charged(payment, DETAILS, new ChargeResult.Charged("tx-1"), 2, now));
    assertThat(payment.attempts()).isEqualTo(3);
  }

  @Test
  void a_charge_under_a_refunded_key_is_recorded_as_refunded() {
    assertThat(planner.charged(payment, DETAILS, new ChargeResult.AlreadyRefunded(), 0, now)).isInstanceOf(Refunded.class);
  }

  @ParameterizedTest
  @CsvSource({"CHARGE, IN_DOUBT, 1, 1", "CHARGE, NOT_CALLED, 0, 0", "REFUND, IN_DOUBT, 1, 1", "REFUND, NOT_CALLED, 0, 0"})
  void a_call_that_the_provider_fails_is_queued(Operation operation, Kind kind, int attempts, int failures) {
    assertThat(fails(operation, failure(kind), false)).isEqualTo(new Queued(operation, DETAILS, attempts, "the provider is ill", NOW));
    assertThat(payment.failures()).isEqualTo(failures);
  }

  @Test
  void an_attempt_without_a_call_is_not_recorded() {
    queue(Operation.CHARGE);
    assertThat(fails(Operation.CHARGE, failure(Kind.NOT_CALLED), false)).isNull();
  }

  @Test
  void an_attempt_that_fails_by_a_defect_of_this_program_is_recorded_and_backs_off() {
    queue(Operation.CHARGE);
    assertThat(fails(Operation.CHARGE, new IllegalStateException("a\ndefect"), false)).isInstanceOf(AttemptFailed.class);
    assertThat(payment).extracting(PaymentState::reason, PaymentState::postponed).containsExactly("a\ufffddefect", false);
  }

  @Test
  void while_no_payment_succeeds_back_offs_double_up_to_a_bound_and_the_payment_is_not_postponed() {
    queue(Operation.CHARGE);
    Duration longest = Duration.ZERO;
    for (int failures = 1; failures <= 12; failures++) {
      fails(Operation.CHARGE, failure(Kind.IN_DOUBT), false);
      assertThat(payment.postponed()).isFalse();
      Duration pause = Duration.between(now, payment.notBefore());
      Duration full = Duration.ofMillis(Math.min(500L << (failures - 1), 30_000));
      assertThat(pause).isBetween(full.multipliedBy(7).dividedBy(10), full);
      longest = pause.compareTo(longest) > 0 ? pause : longest;
      assertThat(planner.isBackingOff(payment, false, now)).isTrue();
      now = payment.notBefore();
      assertThat(planner.isBackingOff(payment, false, now)).isFalse();
    }
    assertThat(longest).isGreaterThan(Duration.ofSeconds(20));
  }

  @Test
  void a_payment_that_fails_while_others_succeed_is_postponed_for_good_with_longer_back_offs() {
    queue(Operation.CHARGE);
    fails(Operation.CHARGE, failure(Kind.IN_DOUBT), true);
    assertThat(payment.postponed()).isTrue();
    for (int failures = 2; failures <= 12; failures++) {
      fails(Operation.CHARGE, failure(Kind.IN_DOUBT), false);
    }
    assertThat(payment.postponed()).isTrue();
    assertThat(Duration.between(now, payment.notBefore())).isBetween(Duration.ofSeconds(210), Duration.ofMinutes(5));
  }

  @Test
  void the_success_of_another_payment_ends_a_back_off_unless_the_payment_is_postponed() {
    queue(Operation.CHARGE);
    fails(Operation.CHARGE, failure(Kind.IN_DOUBT), false);
    assertThat(planner.isBackingOff(payment, true, now)).isFalse();
    fails(Operation.CHARGE, failure(Kind.IN_DOUBT), true);
    assertThat(planner.isBackingOff(payment, true, now)).isTrue();
  }

  @Test
  void a_queued_refund_that_is_not_accepted_is_postponed() {
    queue(Operation.REFUND);
    fails(Operation.REFUND, failure(Kind.NOT_ACCEPTED), false);
    assertThat(payment.postponed()).isTrue();
    assertThat(planner.isBackingOff(payment, false, now)).isTrue();
    assertThat(planner.isBackingOff(payment, false, NOW.plusSeconds(4))).isFalse();
  }

  @Test
  void a_back_off_ends_at_the_deadline_at_the_latest() {
    queue(Operation.CHARGE);
    Instant deadline = NOW.plus(SETTINGS.deadline());
    now = deadline.minusMillis(100);
    assertThat(planner.isPastDeadline(payment, now)).isFalse();
    fails(Operation.CHARGE, failure(Kind.IN_DOUBT), false);
    assertThat(payment.notBefore()).isEqualTo(deadline);
    assertThat(planner.isPastDeadline(payment, deadline)).isTrue();
    record(planner.timedOut(payment, deadline));
    assertThat(payment).extracting(PaymentState::status, PaymentState::code, PaymentState::attempts)
        .containsExactly(Status.DECLINED, "PAYMENT_TIMEOUT", 1);
  }

  @Test
  void a_back_off_that_a_wrong_clock_made_longer_than_any_can_be_is_over() {
    now = NOW.plus(Duration.ofHours(1));
    queue(Operation.CHARGE);
    fails(Operation.CHARGE, failure(Kind.IN_DOUBT), false);
    assertThat(planner.isBackingOff(payment, false, NOW)).isFalse();
  }

  @Test
  void a_queued_refund_that_is_rejected_is_given_up_at_the_fifth_failure() {
    queue(Operation.REFUND);
    for (int call = 1; call < 5; call++) {
      assertThat(fails(Operation.REFUND, rejection(call), false)).isInstanceOf(AttemptFailed.class);
      assertThat(payment.postponed()).isEqualTo(call > 1);
    }
    assertThat(fails(Operation.REFUND, rejection(5), false)).isEqualTo(new RefundGivenUp(DETAILS, "no", 5, NOW));
  }

  @Test
  void a_queued_refund_that_fails_for_ever_is_given_up_after_its_deadline() {
    queue(Operation.REFUND);
    for (int call = 1; call < 7; call++) {
      assertThat(fails(Operation.REFUND, failure(Kind.IN_DOUBT), false)).isInstanceOf(AttemptFailed.class);
      now = now.plusSeconds(60);
    }
    now = NOW.plus(SETTINGS.refundDeadline());
    assertThat(fails(Operation.REFUND, failure(Kind.IN_DOUBT), false)).isInstanceOf(RefundGivenUp.class);
    assertThat(payment.status()).isEqualTo(Status.REFUND_FAILED);
  }

  @Test
  void a_refund_that_is_not_accepted_is_given_up_once_and_queued_again_when_its_retry_is_in_doubt() {
    assertThat(fails(Operation.REFUND, failure(Kind.NOT_ACCEPTED), false)).isEqualTo(new RefundGivenUp(DETAILS, "the provider is ill", 1, NOW));
    assertThat(fails(Operation.REFUND, failure(Kind.NOT_ACCEPTED), false)).isNull();
    assertThat(fails(Operation.REFUND, failure(Kind.IN_DOUBT), false)).isInstanceOf(Queued.class);
  }

  private void queue(Operation operation) {
    record(planner.queued(operation, DETAILS, now));
  }

  /** The event of a failed call, which is applied; null if there is none. */
  private PaymentEvent fails(Operation operation, Throwable cause, boolean othersSucceed) {
    PaymentEvent event = planner.failed(payment, operation, DETAILS, cause, othersSucceed, now).orElse(null);
    if (event != null) {
      record(event);
    }
    return event;
  }

  private void record(PaymentEvent event) {
    payment = payment.apply(event);
  }

  /** Rejected as a failure of every call, then as one of this request, in turns. */
  private static ProviderFailure rejection(int call) {
    return new ProviderFailure(call % 2 == 0 ? Kind.NOT_ACCEPTED : Kind.IN_DOUBT, true, "no");
  }
}
