package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.payment.ProviderFailure.Kind;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A payment in the queue: its attempts, and the replies to its callers. {@link PaymentPlannerSpec} has back-offs and deadlines. */
class PaymentQueuedSpec {

  private static final Instant DEADLINE = PaymentKit.NOW.plus(PaymentKit.SETTINGS.deadline());

  private final PaymentKit payment = new PaymentKit();

  @AfterEach
  void close() {
    payment.close();
  }

  @Test
  void a_charge_that_the_provider_fails_is_queued_and_made_by_an_attempt() {
    payment.charge();
    payment.chargeFails(Kind.IN_DOUBT);
    assertThat(payment.reply()).extracting(PaymentState::status, PaymentState::waitsFor, PaymentState::attempts)
        .containsExactly(Status.QUEUED, Operation.CHARGE, 1);
    payment.attempt();
    payment.charged("tx-1");
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.SETTLED);
    payment.charge();
    assertThat(payment.reply()).extracting(PaymentState::status, PaymentState::transactionId, PaymentState::attempts)
        .containsExactly(Status.CHARGED, "tx-1", 2);
    payment.attempt();
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.OVER);
    assertThat(payment.source.charges).isEmpty();
  }

  @Test
  void the_caller_of_a_queued_charge_is_answered_as_soon_as_it_is_charged() {
    payment.source.open = false;
    payment.charge();
    payment.attempt();
    payment.charged("tx-1");
    assertThat(payment.reply().status()).isEqualTo(Status.CHARGED);
  }

  @Test
  void a_charge_that_the_source_does_not_accept_now_is_queued_without_a_call_and_over_a_restart() {
    payment.source.open = false;
    payment.charge();
    assertThat(payment.reply().attempts()).isZero();
    payment.restart();
    assertThat(payment.state()).extracting(PaymentState::status, PaymentState::queuedAt).containsExactly(Status.QUEUED, PaymentKit.NOW);
    assertThat(payment.source.charges).isEmpty();
    payment.attempt();
    payment.charged("tx-1");
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.SETTLED);
  }

  @Test
  void the_outcome_says_whether_the_provider_was_called_and_only_a_call_counts() {
    payment.source.open = false;
    payment.charge();
    payment.attempt();
    payment.chargeFails(Kind.NOT_CALLED);
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.NOT_CALLED);
    payment.attempt();
    payment.chargeFails(Kind.IN_DOUBT);
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.FAILED);
    payment.restart();
    assertThat(payment.state()).extracting(PaymentState::status, PaymentState::attempts, PaymentState::reason)
        .containsExactly(Status.QUEUED, 1, "the provider is ill");
    payment.attempt();
    assertThat(payment.outcome()).as("during the back-off").isEqualTo(AttemptOutcome.POSTPONED);
    assertThat(payment.source.charges).isEmpty();
  }

  @Test
  void two_attempts_at_once_are_one_call() {
    payment.source.open = false;
    payment.charge();
    payment.attempt();
    payment.attempt();
    payment.charged("tx-1");
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.SETTLED);
    // The second one may reach the payment when the first has settled it.
    assertThat(payment.outcome()).isIn(AttemptOutcome.SETTLED, AttemptOutcome.OVER);
    assertThat(payment.source.charges).isEmpty();
  }

  @Test
  void past_the_deadline_the_next_charge_is_declined() {
    payment.source.open = false;
    payment.charge();
    assertThat(payment.reply().status()).isEqualTo(Status.QUEUED);
    payment.clock.set(DEADLINE);
    payment.charge();
    assertThat(payment.reply()).extracting(PaymentState::status, PaymentState::code).containsExactly(Status.DECLINED, "PAYMENT_TIMEOUT");
  }

  @Test
  void past_the_deadline_an_attempt_makes_no_call() {
    payment.source.open = false;
    payment.charge();
    payment.reply();
    payment.clock.set(DEADLINE);
    payment.attempt();
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.OVER);
    assertThat(payment.state().code()).isEqualTo("PAYMENT_TIMEOUT");
    assertThat(payment.source.charges).isEmpty();
  }

  @Test
  void a_call_that_is_in_flight_at_the_deadline_still_counts() {
    payment.source.open = false;
    payment.charge();
    payment.attempt();
    CompletableFuture<ChargeResult> call = payment.nextCharge();
    payment.clock.set(DEADLINE);
    payment.charge();
    call.complete(new ChargeResult.Charged("tx-1"));
    assertThat(payment.reply().status()).isEqualTo(Status.CHARGED);
  }

  @Test
  void a_refund_that_the_provider_fails_is_queued_and_counts_as_made() {
    payment.charge();
    payment.charged("tx-1");
    payment.reply();
    payment.refund();
    payment.refundFails(Kind.IN_DOUBT);
    assertThat(payment.reply()).extracting(PaymentState::status, PaymentState::waitsFor, PaymentState::transactionId)
        .containsExactly(Status.QUEUED, Operation.REFUND, "tx-1");
    payment.charge();
    payment.expectRejection("PAYMENT_REFUNDED");
    payment.restart();
    payment.attempt();
    payment.refunded(RefundResult.REFUNDED);
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(payment.state()).extracting(PaymentState::status, PaymentState::waitsFor).containsExactly(Status.REFUNDED, null);
  }

  @Test
  void a_refund_replaces_the_queued_charge() {
    payment.source.open = false;
    payment.charge();
    payment.refund();
    payment.expectRejection("PAYMENT_REFUNDED");
    assertThat(payment.reply().waitsFor()).isEqualTo(Operation.REFUND);
    payment.attempt();
    payment.refunded(RefundResult.NOTHING_TO_REFUND);
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(payment.source.charges).isEmpty();
  }

  @Test
  void a_charge_that_succeeds_after_its_refund_was_queued_is_refunded() {
    payment.charge();
    CompletableFuture<ChargeResult> late = payment.nextCharge();
    payment.source.open = false;
    payment.refund();
    payment.expectRejection("PAYMENT_REFUNDED");
    assertThat(payment.reply().waitsFor()).isEqualTo(Operation.REFUND);
    late.complete(new ChargeResult.Charged("tx-1"));
    payment.attempt();
    payment.refunded(RefundResult.REFUNDED);
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(payment.state().status()).isEqualTo(Status.REFUNDED);
  }

  @Test
  void a_charge_that_ends_during_the_attempt_of_its_refund_does_not_end_that_attempt() {
    payment.charge();
    CompletableFuture<ChargeResult> late = payment.nextCharge();
    payment.source.open = false;
    payment.refund();
    payment.attempt();
    CompletableFuture<RefundResult> refund = payment.nextRefund();
    late.completeExceptionally(PaymentKit.failure(Kind.IN_DOUBT));
    payment.state();
    refund.completeExceptionally(PaymentKit.failure(Kind.IN_DOUBT));
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.FAILED);
  }

  @Test
  void a_payment_that_fails_while_others_succeed_is_postponed_over_a_restart_and_the_source_is_told() {
    payment.charge();
    payment.chargeFails(Kind.IN_DOUBT);
    payment.reply();
    payment.source.answered = PaymentKit.NOW.plusSeconds(1);
    payment.clock.set(PaymentKit.NOW.plusSeconds(2));
    payment.attempt();
    payment.chargeFails(Kind.IN_DOUBT);
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.POSTPONED);
    payment.restart();
    assertThat(payment.state()).extracting(PaymentState::postponed, PaymentState::failures).containsExactly(true, 2);
    payment.attempt();
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.POSTPONED);
    assertThat(payment.source.charges).as("during the back-off").isEmpty();
    payment.clock.set(payment.state().notBefore());
    payment.attempt();
    payment.charged("tx-1");
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.SETTLED);
    assertThat(payment.source.knownToFail).containsExactly(false, true, true);
  }

  @Test
  void a_back_off_ends_as_soon_as_another_node_has_seen_an_answer() {
    payment.source.open = false;
    payment.charge();
    payment.reply();
    payment.attempt();
    payment.chargeFails(Kind.IN_DOUBT);
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.FAILED);
    payment.attempt(PaymentKit.NOW.plusMillis(1));
    payment.charged("tx-1");
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.SETTLED);
  }

  @Test
  void a_refund_that_is_given_up_stays_so_over_a_restart_and_is_made_when_it_is_retried() {
    payment.source.open = false;
    payment.refund();
    payment.reply();
    for (int call = 1; call <= 5; call++) {
      payment.attempt();
      payment.refundFails(Kind.NOT_ACCEPTED);
      assertThat(payment.outcome()).isEqualTo(call < 5 ? AttemptOutcome.POSTPONED : AttemptOutcome.GIVEN_UP);
      payment.clock.set(payment.clock.instant().plusSeconds(60));
    }
    payment.restart();
    assertThat(payment.state()).extracting(PaymentState::status, PaymentState::waitsFor, PaymentState::reason)
        .containsExactly(Status.REFUND_FAILED, null, "the provider is ill");
    payment.attempt();
    assertThat(payment.outcome()).as("also for a queue whose table is out of date").isEqualTo(AttemptOutcome.GIVEN_UP);
    payment.charge();
    payment.expectRejection("PAYMENT_REFUNDED");
    payment.source.open = true;
    payment.refund();
    payment.refunded(RefundResult.REFUNDED);
    assertThat(payment.reply().status()).isEqualTo(Status.REFUNDED);
    assertThat(payment.state().queuedAt()).as("its event removes it from the queue's table").isNotNull();
  }
}
