package io.orderflow.http.wire;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * Bounds the client connections to this node, over all ports. The total is bounded by the heap, since every connection takes memory, idle or not. The
 * number per client is bounded so that one client can't take all connections.
 */
public final class ConnectionLimit {

  /**
   * Heap budgeted per connection. An idle connection was measured at 26 kB, one with half a head at 10 kB; the rest is for its requests and
   * everything else.
   */
  private static final long BYTES_PER_CONNECTION = 128 * 1024;

  private final int max;
  private final int maxPerClient;
  private final ToLongFunction<InetAddress> clientOf;
  private final ConcurrentHashMap<Long, Integer> byClient = new ConcurrentHashMap<>();
  private int open;

  /**
   * Creates a limit from {@code orderflow.http.connections}.
   *
   * @param maxHeap the maximum heap size in bytes
   * @param clientOf the key of the client at an address; {@link #UNLIMITED} for a proxy that serves many clients
   */
  public ConnectionLimit(Config config, long maxHeap, ToLongFunction<InetAddress> clientOf) {
    this.max = (int) Math.min(config.getInt("max"), maxHeap / BYTES_PER_CONNECTION);
    this.maxPerClient = Math.min(config.getInt("max-per-client"), Math.max(1, max / 2));
    this.clientOf = clientOf;
  }

  /** Key of clients without a limit of their own. */
  public static final long UNLIMITED = Long.MIN_VALUE;

  /** Counts a new connection; false if a limit is reached. */
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

  /** Ends the count of an admitted connection. */
  public void leave(InetAddress address) {
    synchronized (this) {
      open--;
    }
    long client = clientOf.applyAsLong(address);
    if (client != UNLIMITED) {
      byClient.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** The most connections that may be open. */
  public int max() {
    return max;
  }
}
