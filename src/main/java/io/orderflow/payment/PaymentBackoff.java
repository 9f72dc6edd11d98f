package io.orderflow.payment;

import com.typesafe.config.Config;
import io.orderflow.kernel.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * The back-off of a queued payment: half a second after the first failure, doubled by each further one. Jitter shortens each pause by up
 * to 30 %, so that payments that failed together are not retried together.
 *
 * @param longest the longest pause of a payment that fails while others succeed
 * @param whileAllFail the longest pause of a payment that may fail only because the provider is down
 */
record PaymentBackoff(Duration longest, Duration whileAllFail) {

  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST_WHILE_ALL_FAIL = Duration.ofSeconds(30);
  private static final double JITTER = 0.3;

  /** @param payment the section {@code orderflow.payment}; while all payments fail, no pause is longer than the breaker stays open */
  static PaymentBackoff of(Config payment) {
    return new PaymentBackoff(payment.getDuration("queue.max-pause"),
        shorter(payment.getDuration("breaker.open"), LONGEST_WHILE_ALL_FAIL));
  }

  /** The pause after that many failures, counted from 1. */
  Duration after(int failures, boolean postponed, RandomGenerator random) {
    Duration pause = Backoff.after(failures, FIRST, postponed ? longest : shorter(whileAllFail, longest));
    return Backoff.shortened(pause, JITTER, random);
  }

  /** Whether a pause with that end, or null for none, is not over. An end later than any pause allows was set by a wrong clock: it is over. */
  boolean lasts(Instant end, Instant now) {
    return end != null && end.isAfter(now) && !end.isAfter(now.plus(longest));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
