package io.orderflow.http.wire;

import akka.util.ByteString;

/** Checks a peer's bytes and decides which of them are passed on. Belongs to one connection; not thread-safe. */
interface Scanner {

  /**
   * Scans the peer's next bytes.
   *
   * @return the bytes to pass on; may be empty
   * @throws MalformedMessage when the connection must end
   */
  ByteString scan(ByteString in) throws MalformedMessage;

  /** Whether an element with a time limit has begun and not ended: a head, a frame, a chunk's size line. */
  boolean isIncomplete();

  /** Whether reading has stopped, while the connection stays open for its last response. */
  boolean isEnded();

  /** Whether the connection must be closed once the scanned bytes have been passed on. */
  default boolean mustClose() {
    return false;
  }

  /** Completed elements of these kinds. While the number grows, the peer is not slow. */
  long completed();

  /**
   * Called when the peer was too slow.
   *
   * @return the bytes to pass on instead
   * @throws MalformedMessage when the connection must end
   */
  ByteString timedOut() throws MalformedMessage;
}
