package io.orderflow.payment;

import io.orderflow.eventsourcing.ProcessContext;
import io.orderflow.payment.PaymentState.Operation;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Calls the source of the money and reports each outcome in a turn of the home. At most one charge and one refund are in flight. It
 * decides nothing and records nothing. Not thread-safe: {@link Payment} owns it.
 */
final class PaymentCalls {

  /** A call of the source has ended. @param result a {@link ChargeResult} or {@link RefundResult}; null if the call failed */
  record Ended(Operation operation, PaymentDetails details, Object result, Throwable failure) {}

  private final ProcessContext<PaymentEvent, PaymentState> home;
  private final PaymentSource source;
  private final Consumer<Ended> report;

  private final Set<Operation> inFlight = EnumSet.noneOf(Operation.class);
  private int unrecordedCharges;
  /** When the source last answered any payment, as the queue reported it. */
  private Instant lastAnswered = Instant.MIN;

  PaymentCalls(ProcessContext<PaymentEvent, PaymentState> home, PaymentSource source, Consumer<Ended> report) {
    this.home = home;
    this.source = source;
    this.report = report;
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
    CompletionStage<?> outcome;
    try {
      outcome = operation == Operation.CHARGE
          ? source.charge(details.key(), home.id(), details.amount(), details.method(), knownToFail)
          : source.refund(details.key(), details.method(), knownToFail);
    } catch (RuntimeException defect) {
      // Otherwise the call would count as in flight for ever.
      outcome = CompletableFuture.failedFuture(defect);
    }
    outcome.whenComplete((result, failure) -> home.execute(() -> {
      inFlight.remove(operation);
      report.accept(new Ended(operation, details, result, failure));
    }));
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
