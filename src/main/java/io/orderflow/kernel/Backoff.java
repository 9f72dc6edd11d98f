package io.orderflow.kernel;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Exponential back-off: the pauses between attempts that fail. */
public final class Backoff {

  /** Later doublings make no difference: 2^30 times any first pause is longer than the longest. */
  private static final int MAX_DOUBLINGS = 30;

  private Backoff() {}

  /**
   * The first pause, doubled by each failure after the first, and never longer than the longest.
   *
   * @param failures the failures in a row, from 1
   */
  public static Duration after(int failures, Duration first, Duration longest) {
    Duration doubled = first.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), MAX_DOUBLINGS));
    return doubled.compareTo(longest) < 0 ? doubled : longest;
  }

  /**
   * Shortens a pause at random, so that attempts that failed together are not repeated together.
   *
   * @param jitter the largest part that is taken off, from 0 to 1
   */
  public static Duration shortened(Duration pause, double jitter, RandomGenerator random) {
    return Duration.ofMillis(Math.round(pause.toMillis() * (1 - jitter * random.nextDouble())));
  }
}
