package io.orderflow.http.wire;

import akka.util.ByteString;

/** Collects the bytes that a scanner passes on for one read from the socket. */
final class Output {

  private ByteString bytes = ByteString.emptyByteString();

  void add(ByteString more) {
    bytes = bytes.isEmpty() ? more : bytes.concat(more);
  }

  ByteString bytes() {
    return bytes;
  }
}
