package io.orderflow.payment;

import akka.actor.typed.javadsl.ActorContext;
import io.orderflow.payment.PaymentCommand.CallEnded;
import io.orderflow.payment.PaymentState.Operation;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Calls the source of the money and tells the actor each outcome as {@link CallEnded}. At most one charge and one refund are in flight. It
 * decides nothing and records nothing. Not thread-safe: {@link Payment} owns it.
 */
final class PaymentCalls {

  private final String orderId;
  private final PaymentSource source;
  private final ActorContext<PaymentCommand> actor;

  private final Set<Operation> inFlight = EnumSet.noneOf(Operation.class);
  private int unrecordedCharges;
  /** When the source last answered any payment, as the queue reported it. */
  private Instant lastAnswered = Instant.MIN;

  PaymentCalls(String orderId, PaymentSource source, ActorContext<PaymentCommand> actor) {
    this.orderId = orderId;
    this.source = source;
    this.actor = actor;
  }

  /** Whether the call is in flight or may be made now; otherwise the payment is queued. */
  boolean mayMake(Operation operation, PaymentMethod method) {
    return inFlight.contains(operation)
        || (operation == Operation.CHARGE ? source.acceptsCharges(method) : source.acceptsRefunds(method));
  }

  /** Makes the call unless it is in flight. @param knownToFail as in {@link PaymentSource#charge} */
  void make(Operation operation, PaymentDetails details, boolean knownToFail) {
    if (!inFlight.add(operation)) {
      return;
    }
    CompletionStage<?> call = operation == Operation.CHARGE
        ? source.charge(details.key(), orderId, details.amount(), details.method(), knownToFail)
        : source.refund(details.key(), details.method(), knownToFail);
    actor.pipeToSelf(call, (result, failure) -> new CallEnded(operation, details, result, failure));
  }

  void ended(Operation operation) {
    inFlight.remove(operation);
  }

  boolean inFlight(Operation operation) {
    return inFlight.contains(operation);
  }

  boolean noneInFlight() {
    return inFlight.isEmpty();
  }

  /** A call has failed and leaves no event: its caller retries. */
  void failedUnrecorded(Operation operation) {
    unrecordedCharges += operation == Operation.CHARGE ? 1 : 0;
  }

  /** The charges that failed and left no event. */
  int unrecordedCharges() {
    return unrecordedCharges;
  }

  /** The queue reports when the source last answered any payment; null if it does not know. */
  void sourceAnswered(Instant at) {
    if (at != null && at.isAfter(lastAnswered)) {
      lastAnswered = at;
    }
  }

  /** Whether the source has answered another payment since this one last failed. */
  boolean othersSucceed(PaymentState payment) {
    return payment.failedAt() != null && (lastAnswered.isAfter(payment.failedAt())
        || source.hasAnsweredSince(payment.failedAt(), payment.details().method()));
  }
}
