package io.orderflow;

import akka.remote.FailureDetector;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Time as this process lives it: a pause in which nobody read the clock, because the process stood still or got no processor, counts half a second at
 * most. A failure detector that reads it does not hold its own process's pauses against the others: a node that starts on a busy machine would take all of
 * them for dead and end itself.
 */
final class LivedTime extends FailureDetector.Clock {

  /** Twice {@code akka.cluster.unreachable-nodes-reaper-interval}, in which every detector reads the clock. */
  static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final LongSupplier nanos;
  private long last;
  private long lived;

  /** @param nanos a clock that only goes forward, in nanoseconds */
  LivedTime(LongSupplier nanos) {
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  /** Its {@link #millis}, for Akka. */
  @Override
  public Object apply() {
    return millis();
  }

  /** The milliseconds that the process has lived since some instant. */
  synchronized long millis() {
    long now = nanos.getAsLong();
    lived += Math.max(0, Math.min(now - last, LONGEST_PAUSE.toNanos()));
    last = now;
    return TimeUnit.NANOSECONDS.toMillis(lived);
  }
}
