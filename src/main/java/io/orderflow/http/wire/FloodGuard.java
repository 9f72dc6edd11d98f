package io.orderflow.http.wire;

/** Limits events of which a well-behaved client causes a few a minute. */
final class FloodGuard {

  private static final long PERIOD_NANOS = 10_000_000_000L;

  private final int max;
  private long periodBegan = System.nanoTime();
  private int events;

  /** @param max the most events within ten seconds */
  FloodGuard(int max) {
    this.max = max;
  }

  /** Counts an event. False when there were too many. */
  boolean allows() {
    if (++events > max) {
      long now = System.nanoTime();
      if (now - periodBegan < PERIOD_NANOS) {
        return false;
      }
      periodBegan = now;
      events = 1;
    }
    return true;
  }
}
