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

  /** Whether the peer has begun an element that has a time limit and not ended it: a head, a frame, a chunk's size line. */
  boolean isOwed();

  /** Whether no more bytes are read, while the connection is still open for its last response. */
  boolean isEnded();

  /** Whether the connection must be closed once the scanned bytes have been passed on. */
  default boolean isOver() {
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
  ByteString late() throws MalformedMessage;
}
