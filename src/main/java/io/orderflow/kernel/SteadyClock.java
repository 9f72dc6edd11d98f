package io.orderflow.kernel;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/**
 * Time as it passes: begins with what another clock says and never jumps, whatever is done to that one. For what must wait long enough, not
 * for what is written down.
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

  /** One that begins now. */
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
