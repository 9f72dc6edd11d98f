package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.Message;
import io.orderflow.kernel.CborSerializable;
import java.time.Instant;
import java.util.function.Consumer;

/** The messages to a payment: of its saga's steps within the home, of the payment queue, and of readers. */
sealed interface PaymentCommand extends Message {

  /**
   * Charges the payment once. The reply is the state once the payment is charged or declined, or a few seconds later while the charge is
   * queued. It is an error if the call failed and the charge is not queued: the caller retries.
   *
   * @param reply called in a turn of the home, before the event is stored
   */
  record Charge(PaymentDetails details, Consumer<StatusReply<PaymentState>> reply) implements PaymentCommand {}

  /** Refunds the payment and prevents any later charge. The reply is the state once the refund is made or queued. Errors as of a charge. */
  record Refund(PaymentDetails details, Consumer<StatusReply<PaymentState>> reply) implements PaymentCommand {}

  /**
   * Makes the call for which the payment is queued.
   *
   * @param lastAnswered when the source last answered any payment, as far as the queue knows; may be null
   */
  record Attempt(Instant lastAnswered, ActorRef<AttemptOutcome> replyTo) implements PaymentCommand, CborSerializable {}

  /** Makes the call for which the payment is queued at once, at an operator's request, even if its back-off is not over. */
  record AttemptNow(ActorRef<AttemptOutcome> replyTo) implements PaymentCommand, CborSerializable {}

  /** Asks for the state. The reply is the rejection PAYMENT_NOT_FOUND if nothing is recorded. */
  record Get(ActorRef<StatusReply<PaymentState>> replyTo) implements PaymentCommand, CborSerializable {}
}
