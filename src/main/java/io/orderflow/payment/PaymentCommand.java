package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.payment.PaymentState.Operation;
import java.time.Instant;

/** The messages of a payment's actor: commands of services and of the queue, and messages that it sends to itself. */
sealed interface PaymentCommand extends CborSerializable {

  /**
   * Charges the payment once. The reply is the state once the payment is charged or declined, or a few seconds later while the charge is
   * queued. It is an error if the call failed and the charge is not queued: the caller retries.
   */
  record Charge(@JsonProperty("due") PaymentDetails details, ActorRef<StatusReply<PaymentState>> replyTo) implements PaymentCommand {}

  /** Refunds the payment and prevents any later charge. The reply is the state once the refund is made or queued. Errors as of a charge. */
  record Refund(@JsonProperty("due") PaymentDetails details, ActorRef<StatusReply<PaymentState>> replyTo) implements PaymentCommand {}

  /**
   * Makes the call for which the payment is queued.
   *
   * @param lastAnswered when the source last answered any payment, as far as the queue knows; may be null
   */
  record Attempt(Instant lastAnswered, ActorRef<AttemptOutcome> replyTo) implements PaymentCommand {}

  /** Asks for the state. The reply is the rejection PAYMENT_NOT_FOUND if nothing is recorded. */
  record Get(ActorRef<StatusReply<PaymentState>> replyTo) implements PaymentCommand {}

  /** Stops the actor once the write under way has succeeded or failed. */
  enum Stop implements PaymentCommand { INSTANCE }

  /** To itself: a call of the source has ended. @param result a {@link ChargeResult} or {@link RefundResult}; null if the call failed */
  record CallEnded(Operation operation, PaymentDetails details, Object result, Throwable failure) implements PaymentCommand {}

  /** To itself: callers have waited for a queued charge for long enough. */
  enum ReplyDelayOver implements PaymentCommand { INSTANCE }
}
