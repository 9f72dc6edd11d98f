package io.orderflow.kernel;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/**
 * Measures waiting times by a clock that never jumps. It starts at the time of another clock and ignores all later changes to it. Not for
 * timestamps that are stored.
 */
public final class SteadyClock extends Clock {

  private final Instant began;
  private final long beganNanos;
  private final ZoneId zone;

  private SteadyClock(Instant began, long beganNanos, ZoneId zone) {
    this.began = began;
    this.beganNanos = beganNanos;
    this.zone = zone;
  }

  /** Starts a clock now. */
  public static Clock beginningAt(Clock clock) {
    return new SteadyClock(clock.instant(), System.nanoTime(), clock.getZone());
  }

  @Override
  public Instant instant() {
    return began.plusNanos(System.nanoTime() - beganNanos);
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new SteadyClock(began, beganNanos, other);
  }
}
