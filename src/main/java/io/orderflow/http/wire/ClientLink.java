package io.orderflow.http.wire;

import java.util.LinkedHashMap;
import java.util.Map;

/** Facts that the scanners of the two directions of a client's connection tell each other. */
final class ClientLink {

  /** RFC 9113, section 6.9.1: the largest window of a stream, and of a connection. */
  private static final long MAX_WINDOW = Integer.MAX_VALUE;
  /** Streams whose increments are remembered: four times Akka HTTP's limit on open streams. */
  private static final int MAX_STREAMS = 1024;

  private boolean http2;
  private boolean flooding;
  private int lastStream;
  private long sent;
  private final Map<Integer, Long> increments = new LinkedHashMap<>() {
    @Override
    protected boolean removeEldestEntry(Map.Entry<Integer, Long> eldest) {
      return size() > MAX_STREAMS;
    }
  };

  /** From now on both directions have HTTP/2 frames. */
  synchronized void becomesHttp2() {
    http2 = true;
  }

  synchronized boolean isHttp2() {
    return http2;
  }

  synchronized void begins(int stream) {
    lastStream = stream;
  }

  /** The last stream that the client has begun. */
  synchronized int lastStream() {
    return lastStream;
  }

  /** The client sends too many frames of a kind that costs more than it is worth. */
  synchronized void floods() {
    flooding = true;
  }

  synchronized boolean isFlooding() {
    return flooding;
  }

  /** Counts bytes of bodies that were sent to the client. */
  synchronized void sends(int bytes) {
    sent += bytes;
  }

  /**
   * Adds to a window of the client.
   *
   * @param stream 0 for the connection
   * @return whether the window is larger than HTTP/2 allows, whatever the client has received through it
   */
  synchronized boolean overflows(int stream, int increment) {
    return increments.merge(stream, (long) increment, Long::sum) - sent > MAX_WINDOW;
  }
}
