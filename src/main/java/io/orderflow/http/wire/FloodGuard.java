package io.orderflow.http.wire;

/**
 * Limits frames that cost the server work without advancing a request: PING, SETTINGS, empty DATA, RST_STREAM, and frames that are ignored. A
 * well-behaved client sends a few a minute.
 */
final class FloodGuard {

  private static final int MAX_FRAMES = 400;
  private static final long PERIOD_NANOS = 10_000_000_000L;

  private long periodBegan = System.nanoTime();
  private int frames;

  /** @throws MalformedMessage when there were too many frames within ten seconds */
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
