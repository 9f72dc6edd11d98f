package io.orderflow.http.wire;

import akka.util.ByteString;

/** Reads what a peer sends and decides what of it goes on. Not for several threads: it belongs to one connection. */
interface Scanner {

  /**
   * Takes the next bytes of the peer.
   *
   * @return what goes on; may be empty
   * @throws MalformedMessage when the connection must end
   */
  ByteString scan(ByteString in) throws MalformedMessage;

  /** Whether the peer owes the end of something that it must not be slow with: a head, a frame, a chunk's size. */
  boolean isOwed();

  /** Whether nothing of the peer is read any more, and the connection has yet to be closed. */
  boolean isEnded();

  /** Whether the connection is to be closed as soon as what goes on has been passed on. */
  default boolean isOver() {
    return false;
  }

  /** How many of those have come to their end: while it grows, the peer is not slow. */
  long completed();

  /**
   * The peer was too slow.
   *
   * @return what goes on instead
   * @throws MalformedMessage when the connection must end
   */
  ByteString late() throws MalformedMessage;
}
