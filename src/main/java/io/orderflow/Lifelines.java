package io.orderflow;

import akka.actor.Address;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * A connection to the remoting port of each of some nodes, over which nothing is sent. A kernel closes the connections of a process that ends, at once and
 * even if its machine or its container vanishes with it; those of a process that pauses stay open, as do those across a network that has been cut. For one
 * thread, which may block.
 */
final class Lifelines implements EndedProcesses.Processes {

  private static final int CONNECT_MILLIS = 200;
  /** Networks forget connections over which nothing is sent, some after six minutes, and then lose their end too. */
  static final Duration RENEW_AFTER = Duration.ofMinutes(1);

  /** @param openedAt when it was opened, in nanoseconds of the clock */
  private record Lifeline(SocketChannel channel, long openedAt) {}

  private final LongSupplier nanos;
  private final Map<Address, Lifeline> lines = new HashMap<>();

  /** @param nanos a clock that only goes forward, in nanoseconds */
  Lifelines(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Whether the node's process has ended: it refuses connections, or it has closed the one to it and accepts no other. Takes 0.2 s at most. A node that
   * was never reached, and refuses nothing, may live.
   */
  @Override
  public boolean hasEnded(Address node) {
    Lifeline line = lines.get(node);
    boolean open = line != null && isOpen(line.channel);
    if (open && nanos.getAsLong() - line.openedAt < RENEW_AFTER.toNanos()) {
      return false;
    }
    boolean closedByNode = line != null && !open;
    try {
      lines.put(node, new Lifeline(connect(node), nanos.getAsLong()));
    } catch (IOException failure) {
      return closedByNode || isRefusal(failure);
    }
    if (line != null) {
      close(line);
    }
    return false;
  }

  /** Closes the connections to all nodes but these. */
  @Override
  public void retain(Collection<Address> nodes) {
    Set<Address> others = new HashSet<>(lines.keySet());
    others.removeAll(nodes);
    others.forEach(other -> close(lines.remove(other)));
  }

  private static boolean isRefusal(IOException failure) {
    return failure instanceof ConnectException && failure.getMessage() != null && failure.getMessage().contains("refused");
  }

  private static SocketChannel connect(Address node) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(new InetSocketAddress(node.getHost().get(), (Integer) node.getPort().get()), CONNECT_MILLIS);
      channel.configureBlocking(false);
      return channel;
    } catch (IOException failure) {
      channel.close();
      throw failure;
    }
  }

  private static boolean isOpen(SocketChannel channel) {
    try {
      return channel.read(ByteBuffer.allocate(1)) >= 0;
    } catch (IOException reset) {
      return false;
    }
  }

  private static void close(Lifeline line) {
    try {
      line.channel.close();
    } catch (IOException closedAnyway) {
      // There was nothing to write.
    }
  }
}
