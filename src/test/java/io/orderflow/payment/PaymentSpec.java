package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.payment.ProviderFailure.Kind;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Charges and refunds of one payment, and their replies. {@link PaymentQueuedSpec} has the queued ones. */
class PaymentSpec {

  private final PaymentKit payment = new PaymentKit();

  @AfterEach
  void close() {
    payment.close();
  }

  @Test
  void a_charge_is_made_once_and_remembered_over_a_restart() {
    payment.charge();
    payment.charged("tx-1");
    assertThat(payment.reply().transactionId()).isEqualTo("tx-1");
    payment.restart();
    payment.charge();
    assertThat(payment.reply()).extracting(PaymentState::status, PaymentState::transactionId).containsExactly(Status.CHARGED, "tx-1");
    assertThat(payment.source.charges).isEmpty();
  }

  @Test
  void two_charges_at_once_are_one_call_and_both_are_answered() {
    payment.charge();
    payment.charge();
    payment.charged("tx-1");
    assertThat(payment.reply().status()).isEqualTo(Status.CHARGED);
    assertThat(payment.reply().status()).isEqualTo(Status.CHARGED);
    assertThat(payment.source.charges).isEmpty();
  }

  @Test
  void after_a_source_that_throws_the_next_charge_calls_again() {
    payment.source.defective = true;
    payment.charge();
    payment.expectFailure();
    payment.source.defective = false;
    payment.charge();
    payment.charged("tx-1");
    assertThat(payment.reply().status()).isEqualTo(Status.CHARGED);
  }

  @Test
  void after_a_failure_that_is_not_the_providers_the_next_charge_calls_again() {
    payment.charge();
    payment.nextCharge().completeExceptionally(new IllegalStateException("the line is dead"));
    payment.expectFailure();
    payment.charge();
    payment.charged("tx-1");
    assertThat(payment.reply().attempts()).isEqualTo(2);
  }

  @Test
  void a_decline_is_final() {
    payment.charge();
    payment.nextCharge().complete(new ChargeResult.Declined("PAYMENT_DECLINED", "no"));
    assertThat(payment.reply()).extracting(PaymentState::status, PaymentState::code).containsExactly(Status.DECLINED, "PAYMENT_DECLINED");
    payment.charge();
    assertThat(payment.reply().status()).isEqualTo(Status.DECLINED);
    assertThat(payment.source.charges).isEmpty();
  }

  @Test
  void a_charge_that_the_provider_does_not_accept_is_declined() {
    payment.charge();
    payment.chargeFails(Kind.NOT_ACCEPTED);
    assertThat(payment.reply()).extracting(PaymentState::status, PaymentState::code).containsExactly(Status.DECLINED, "PAYMENT_DECLINED");
  }

  @Test
  void a_refund_is_made_once() {
    payment.charge();
    payment.charged("tx-1");
    payment.reply();
    payment.refund();
    payment.refunded(RefundResult.REFUNDED);
    assertThat(payment.reply()).extracting(PaymentState::status, PaymentState::transactionId).containsExactly(Status.REFUNDED, "tx-1");
    payment.refund();
    assertThat(payment.reply().status()).isEqualTo(Status.REFUNDED);
    assertThat(payment.source.refunds).isEmpty();
  }

  @Test
  void a_refund_without_a_charge_calls_the_source_and_prevents_a_later_charge() {
    payment.refund();
    payment.refunded(RefundResult.NOTHING_TO_REFUND);
    assertThat(payment.reply().status()).isEqualTo(Status.REFUNDED);
    payment.charge();
    payment.expectRejection("PAYMENT_REFUNDED");
    assertThat(payment.source.charges).isEmpty();
  }

  @Test
  void a_refund_is_made_at_once_while_a_charge_is_in_flight_and_wins() {
    payment.charge();
    CompletableFuture<ChargeResult> late = payment.nextCharge();
    payment.refund();
    payment.refunded(RefundResult.REFUNDED);
    payment.expectRejection("PAYMENT_REFUNDED");
    assertThat(payment.reply().status()).isEqualTo(Status.REFUNDED);
    late.complete(new ChargeResult.Charged("tx-1"));
    assertThat(payment.state().status()).isEqualTo(Status.REFUNDED);
  }

  @Test
  void after_a_failure_that_is_not_the_providers_the_next_refund_calls_again() {
    payment.refund();
    payment.nextRefund().completeExceptionally(new IllegalStateException("the line is dead"));
    payment.expectFailure();
    payment.refund();
    payment.refunded(RefundResult.REFUNDED);
    assertThat(payment.reply().status()).isEqualTo(Status.REFUNDED);
  }

  @Test
  void a_refund_that_is_not_accepted_is_given_up_at_once_and_made_when_it_is_retried() {
    payment.source.open = false;
    payment.charge();
    assertThat(payment.reply().waitsFor()).isEqualTo(Operation.CHARGE);
    payment.source.open = true;
    payment.refund();
    payment.refundFails(Kind.NOT_ACCEPTED);
    payment.expectFailure();
    assertThat(payment.state().status()).isEqualTo(Status.REFUND_FAILED);
    payment.attempt();
    assertThat(payment.outcome()).isEqualTo(AttemptOutcome.GIVEN_UP);
    assertThat(payment.source.charges).isEmpty();
    payment.refund();
    payment.refundFails(Kind.NOT_ACCEPTED);
    payment.expectFailure();
    payment.refund();
    payment.refunded(RefundResult.NOTHING_TO_REFUND);
    assertThat(payment.reply().status()).isEqualTo(Status.REFUNDED);
  }

  @Test
  void a_payment_without_events_is_not_found() {
    payment.get();
    payment.expectRejection("PAYMENT_NOT_FOUND");
  }
}
