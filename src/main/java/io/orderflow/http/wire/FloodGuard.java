package io.orderflow.http.wire;

/**
 * Counts the frames of a connection that cost this side work and bring the client no further: pings, settings, empty data, resets. A client that
 * means well sends a few of them a minute.
 */
final class FloodGuard {

  private static final int MAX_FRAMES = 400;
  private static final long PERIOD_NANOS = 10_000_000_000L;

  private long periodBegan = System.nanoTime();
  private int frames;

  /** @throws MalformedMessage when there were too many in ten seconds */
  void count() throws MalformedMessage {
    if (++frames > MAX_FRAMES) {
      long now = System.nanoTime();
      if (now - periodBegan < PERIOD_NANOS) {
        throw MalformedMessage.because("too many frames that carry nothing");
      }
      periodBegan = now;
      frames = 1;
    }
  }
}
