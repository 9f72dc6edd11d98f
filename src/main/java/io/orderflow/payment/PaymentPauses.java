package io.orderflow.payment;

import com.typesafe.config.Config;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long a payment that failed waits for its next call: half a second after the first failure, twice as long after each further one,
 * and up to 30 % less by lot, so that payments that failed together do not return together.
 *
 * @param longest the longest pause of a payment that fails while others succeed
 * @param whileAllFail the longest pause of a payment that may fail only because the provider is down
 */
record PaymentPauses(Duration longest, Duration whileAllFail) {

  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST_WHILE_ALL_FAIL = Duration.ofSeconds(30);
  private static final double JITTER = 0.3;

  /** @param payment the section {@code orderflow.payment}; while all fail no pause is longer than the breaker stays open */
  static PaymentPauses of(Config payment) {
    return new PaymentPauses(payment.getDuration("queue.max-pause"),
        shorter(payment.getDuration("breaker.open"), LONGEST_WHILE_ALL_FAIL));
  }

  /** The pause after that many failures, counted from 1. */
  Duration after(int failures, boolean postponed) {
    Duration doubled = FIRST.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), 30));
    Duration bounded = shorter(doubled, postponed ? longest : shorter(whileAllFail, longest));
    return Duration.ofMillis(Math.round(bounded.toMillis() * (1 - JITTER * ThreadLocalRandom.current().nextDouble())));
  }

  /** Whether a pause that was to end then still lasts. One that ends later than any pause can was written by a clock that is wrong. */
  boolean lasts(Instant end, Instant now) {
    return end != null && end.isAfter(now) && !end.isAfter(now.plus(longest));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
