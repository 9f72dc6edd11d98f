package io.orderflow.security;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Counts denied attempts by client, so that nobody finds tokens or ids by trying. A client's first denied attempt opens a window; if too many follow
 * in it, the client must wait for its end. The table is bounded: beyond it the client whose window is the oldest is forgotten, and begins anew.
 * Reads take no lock.
 */
final class DeniedAttempts {

  private record Window(int attempts, long endsAt) {}

  private record Opened(Object client, long endsAt) {}

  private final int maxAttempts;
  private final long length;
  private final int maxClients;
  private final LongSupplier nanos;
  private final ConcurrentHashMap<Object, Window> windows = new ConcurrentHashMap<>();
  /** The oldest first. Guarded by this object's monitor. */
  private final Queue<Opened> opened = new ArrayDeque<>();

  /**
   * @param limits {@code orderflow.security.denied}
   * @param nanos a monotonic clock
   */
  DeniedAttempts(Config limits, LongSupplier nanos) {
    this.maxAttempts = limits.getInt("attempts");
    this.length = limits.getDuration("period").toNanos();
    this.maxClients = limits.getInt("clients");
    this.nanos = nanos;
  }

  /**
   * How long the client must wait before it may try again; zero if it may now.
   *
   * @param client an address or a subject
   */
  Duration waitOf(Object client) {
    Window window = windows.isEmpty() ? null : windows.get(client);
    long left = window == null || window.attempts() < maxAttempts ? 0 : window.endsAt() - nanos.getAsLong();
    return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
  }

  /** Counts a denied attempt of the client. */
  synchronized void count(Object client) {
    long now = nanos.getAsLong();
    while (!opened.isEmpty() && opened.peek().endsAt() - now <= 0) {
      windows.remove(opened.remove().client());
    }
    Window window = windows.get(client);
    if (window != null) {
      windows.put(client, new Window(window.attempts() + 1, window.endsAt()));
      return;
    }
    if (windows.size() >= maxClients) {
      windows.remove(opened.remove().client());
    }
    windows.put(client, new Window(1, now + length));
    opened.add(new Opened(client, now + length));
  }

  /** Clients in the table. */
  int clients() {
    return windows.size();
  }
}
