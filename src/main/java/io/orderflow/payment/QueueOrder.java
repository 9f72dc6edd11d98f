package io.orderflow.payment;

import com.typesafe.config.Config;
import io.orderflow.payment.PaymentQueueQueries.Backlog;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * Decides which queued payments may be attempted, in which order and how many at once, from the outcomes of earlier attempts.
 *
 * <p>A round begins with the first payment of the queue once its back-off is over. If its attempt fails, either the provider is down or this
 * payment fails by itself. So another payment is attempted, and the round ends when as many attempts in a row have failed as decide a
 * half-open breaker. The other payment is the next in order; after a round without a success it is the one that has failed least often, so
 * that payments take turns. In an outage this leaves the order as it is. Once another payment succeeds, the provider works. The back-offs of
 * the payments that failed before are over: each is attempted once more in its place, and is postponed if it fails again
 * ({@link PaymentPlanner}).
 *
 * <p>Not thread-safe: {@link PaymentQueue} owns it.
 */
final class QueueOrder {

  static final Comparator<QueuedPayment> LEAST_FAILED = Comparator.comparingInt(QueuedPayment::failures);
  static final Comparator<QueuedPayment> BY_POSITION = Comparator.comparingLong(QueuedPayment::position);
  /** A first payment that keeps the breaker open by itself lets others go first once it has failed so many times more often than they. */
  private static final int YIELD_AFTER = 3;

  private final int parallel;
  private final Duration longestPause;
  private final int halfOpenCalls;
  private final boolean oneFailureOpens;

  /** When the provider last answered a call, as far as the queue knows; null if it never has. */
  private Instant lastAnswered;
  private int failedInARow;
  /** Whether no attempt has succeeded since an attempt of an earlier round failed. */
  private boolean lastRoundFailed;

  /** @param payment the section {@code orderflow.payment} */
  QueueOrder(Config payment) {
    this.parallel = payment.getInt("queue.parallel");
    this.longestPause = payment.getDuration("queue.max-pause");
    this.halfOpenCalls = payment.getInt("breaker.half-open-calls");
    this.oneFailureOpens = 100.0 >= payment.getDouble("breaker.failure-rate") * halfOpenCalls;
  }

  Instant lastAnswered() {
    return lastAnswered;
  }

  /** The provider has answered a call; null if it is not known that it ever has. */
  void answered(Instant at) {
    if (at != null && (lastAnswered == null || at.isAfter(lastAnswered))) {
      lastAnswered = at;
    }
  }

  void roundBegins() {
    lastRoundFailed = lastRoundFailed || failedInARow > 0;
    failedInARow = 0;
  }

  void succeeded(Instant now) {
    answered(now);
    failedInARow = 0;
    lastRoundFailed = false;
  }

  /** An attempt has failed. Returns whether the round ends with it. */
  boolean failed() {
    failedInARow++;
    return failedInARow >= halfOpenCalls;
  }

  /** The order in which the payment after a failed one is chosen. */
  Comparator<QueuedPayment> afterFailure() {
    return lastRoundFailed ? LEAST_FAILED : BY_POSITION;
  }

  /** Whether the payment may be attempted. One that is due later than any pause lasts may be, too: its time was set by a wrong clock. */
  boolean isDue(QueuedPayment payment, Instant now) {
    return !payment.dueAt().isAfter(now) || payment.dueAt().isAfter(now.plus(longestPause)) || isReleased(payment);
  }

  /** Whether the first of these payments must let a payment that has failed less often go first. */
  boolean firstYields(List<QueuedPayment> payments, Instant now) {
    int fewestFailures = payments.stream().filter(payment -> isDue(payment, now)).min(LEAST_FAILED).map(QueuedPayment::failures).orElse(0);
    return oneFailureOpens && payments.get(0).failures() >= fewestFailures + YIELD_AFTER;
  }

  /** Whether it is not known that the provider works, so that one attempt must follow the other. */
  boolean isInDoubt(QueuedPayment first) {
    return first.failures() > 0 && !isReleased(first);
  }

  /** The most attempts in flight while the provider works: a tenth of the queued payments, within bounds. */
  int maxInFlight(Backlog backlog) {
    return Math.max(1, Math.min(parallel, (backlog.waiting() - backlog.postponed()) / 10));
  }

  /** Whether the provider has answered since the payment failed. It is then known to work, which ends the payment's back-off. */
  private boolean isReleased(QueuedPayment payment) {
    return payment.failedAt() != null && lastAnswered != null && lastAnswered.isAfter(payment.failedAt());
  }
}
