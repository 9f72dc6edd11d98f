package io.orderflow.http;

import java.time.Duration;

/**
 * Share of new work to refuse so that the measured delay stays near its target: the proportional integral controller PIE (RFC 8033, sections 4.2
 * and 5), for requests instead of packets. The share grows while the delay is above the target or rises, and shrinks otherwise. Small shares change
 * in small steps, so that a short burst of work or one pause of the collector refuses next to nothing.
 *
 * @param share of new work that is refused, 0 to 1
 * @param delaySeconds the delay at the last update
 */
record DelayControl(double share, double delaySeconds) {

  static final DelayControl IDLE = new DelayControl(0, 0);

  /** Time between two updates, for which the factors below are made (RFC 8033, T_UPDATE). */
  static final Duration INTERVAL = Duration.ofMillis(15);
  /** Weight of the distance from the target, per second of delay (RFC 8033, alpha). */
  private static final double DISTANCE = 0.125;
  /** Weight of the change since the last update, per second of delay (RFC 8033, beta). */
  private static final double CHANGE = 1.25;
  /** The largest step up once a tenth is refused. */
  private static final double LARGEST_STEP = 0.02;
  /** What is left of the share after an update without any delay. */
  private static final double DECAY = 0.98;

  /** The control after a measurement. */
  DelayControl measured(Duration delay, Duration target) {
    double now = seconds(delay);
    double step = scaled(DISTANCE * (now - seconds(target)) + CHANGE * (now - delaySeconds));
    if (share >= 0.1) {
      step = Math.min(step, LARGEST_STEP);
    }
    double kept = now < seconds(target) / 2 && delaySeconds < seconds(target) / 2 ? share * DECAY : share;
    return new DelayControl(Math.max(0, Math.min(1, kept + step)), now);
  }

  /** Whether to refuse a piece of work, given a random number from 0 to 1. */
  boolean refuses(double random, Duration target) {
    boolean nearlyIdle = share < 0.2 && delaySeconds < seconds(target) / 2;
    return !nearlyIdle && random < share;
  }

  /** Steps are smaller while the share is small (RFC 8033, section 5.2 "auto-tuning"). */
  private double scaled(double step) {
    double[] shares = {0.000001, 0.00001, 0.0001, 0.001, 0.01, 0.1};
    int[] divisors = {2048, 512, 128, 32, 8, 2};
    for (int i = 0; i < shares.length; i++) {
      if (share < shares[i]) {
        return step / divisors[i];
      }
    }
    return step;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
