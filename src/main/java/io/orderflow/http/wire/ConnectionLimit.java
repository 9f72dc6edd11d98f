package io.orderflow.http.wire;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * Counts the connections that clients have to this node, all ports together, and bounds them: in all by the heap, since each one takes memory
 * whether it speaks or not, and for each client, so that one of them can't have them all.
 */
public final class ConnectionLimit {

  /** One that is idle was measured at 26 kB, one that has sent half a head at 10 kB; the rest is for what comes over it, and for all else. */
  private static final long BYTES_PER_CONNECTION = 128 * 1024;

  private final int max;
  private final int maxPerClient;
  private final ToLongFunction<InetAddress> clientOf;
  private final ConcurrentHashMap<Long, Integer> byClient = new ConcurrentHashMap<>();
  private int open;

  /**
   * A limit with the settings of {@code orderflow.http.connections}.
   *
   * @param maxHeap the bytes that the heap may grow to
   * @param clientOf the client behind an address as a number; {@link #UNLIMITED} for a proxy that speaks for many
   */
  public ConnectionLimit(Config config, long maxHeap, ToLongFunction<InetAddress> clientOf) {
    this.max = (int) Math.min(config.getInt("max"), maxHeap / BYTES_PER_CONNECTION);
    this.maxPerClient = Math.min(config.getInt("max-per-client"), Math.max(1, max / 2));
    this.clientOf = clientOf;
  }

  /** The client whose connections are not counted apart. */
  public static final long UNLIMITED = Long.MIN_VALUE;

  /** Counts a new connection in; false when it is one too many. */
  public boolean admit(InetAddress address) {
    synchronized (this) {
      if (open == max) {
        return false;
      }
      open++;
    }
    long client = clientOf.applyAsLong(address);
    if (client != UNLIMITED && byClient.merge(client, 1, Integer::sum) > maxPerClient) {
      leave(address);
      return false;
    }
    return true;
  }

  /** Counts a connection out that was admitted. */
  public void leave(InetAddress address) {
    synchronized (this) {
      open--;
    }
    long client = clientOf.applyAsLong(address);
    if (client != UNLIMITED) {
      byClient.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** How many connections may be open. */
  public int max() {
    return max;
  }
}
