package io.orderflow.payment;

import io.orderflow.payment.PaymentQueueTable.Waiting;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The payments of one round of the {@link PaymentQueue}, and how many of their calls are under way. Not for several threads. */
final class PaymentLane {

  private final Deque<Waiting> next = new ArrayDeque<>();
  private int underWay;
  private int atOnce;

  /** Whether its round is over. */
  boolean isIdle() {
    return underWay == 0 && next.isEmpty();
  }

  /** Begins a round of these, in their order, with at most so many calls at once. */
  void begin(List<Waiting> payments, int calls) {
    next.addAll(payments);
    atOnce = calls;
  }

  /** The payment whose call is to be made now. */
  Optional<Waiting> take() {
    if (underWay >= atOnce || next.isEmpty()) {
      return Optional.empty();
    }
    underWay++;
    return Optional.of(next.poll());
  }

  /** One of its calls has ended. */
  void ended() {
    underWay--;
  }

  /** From now on so many calls may be under way. */
  void goOnWith(int calls) {
    atOnce = calls;
  }

  /** No further call is begun in this round. */
  void stop() {
    next.clear();
  }

  /** Lets the first in that order come next, of those that may be called; the round is over when there is none. */
  void tryAnother(Predicate<Waiting> callable, Comparator<Waiting> order) {
    Optional<Waiting> other = next.stream().filter(callable).min(order);
    if (other.isEmpty()) {
      stop();
    } else {
      next.remove(other.get());
      next.addFirst(other.get());
    }
  }
}
