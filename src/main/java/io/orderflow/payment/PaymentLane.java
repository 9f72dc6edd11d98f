package io.orderflow.payment;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The payments that are still to be attempted in one round of {@link PaymentQueue}, and the number of attempts in flight. Not thread-safe. */
final class PaymentLane {

  private final Deque<QueuedPayment> next = new ArrayDeque<>();
  private int inFlight;
  private int maxInFlight;

  /** Whether the round is over: nothing is in flight and nothing is left. */
  boolean isIdle() {
    return inFlight == 0 && next.isEmpty();
  }

  /** Begins a round of these payments, in their order. */
  void begin(List<QueuedPayment> payments, int maxAttempts) {
    next.addAll(payments);
    maxInFlight = maxAttempts;
  }

  /** Takes the payment to attempt now. Empty if the most attempts are in flight or nothing is left. */
  Optional<QueuedPayment> take() {
    if (inFlight >= maxInFlight || next.isEmpty()) {
      return Optional.empty();
    }
    inFlight++;
    return Optional.of(next.poll());
  }

  /** An attempt has ended. */
  void ended() {
    inFlight--;
  }

  /** Changes the most attempts in flight. */
  void setMaxInFlight(int maxAttempts) {
    maxInFlight = maxAttempts;
  }

  /** Takes no further payment in this round. */
  void stop() {
    next.clear();
  }

  /** Moves the first eligible payment in that order to the front. Stops the round if there is none. */
  void moveToFront(Predicate<QueuedPayment> eligible, Comparator<QueuedPayment> order) {
    Optional<QueuedPayment> first = next.stream().filter(eligible).min(order);
    if (first.isEmpty()) {
      stop();
    } else {
      next.remove(first.get());
      next.addFirst(first.get());
    }
  }
}
