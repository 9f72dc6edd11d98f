package io.orderflow.http.wire;

import akka.util.ByteString;
import java.util.Arrays;

/** Buffers the bytes of a message head up to its empty line. */
final class HeadBuffer {

  private final int bound;
  private byte[] bytes = new byte[512];
  private int size;
  private boolean complete;

  /** @param bound the largest head, in bytes */
  HeadBuffer(int bound) {
    this.bound = bound;
  }

  boolean isComplete() {
    return complete;
  }

  boolean isEmpty() {
    return size == 0;
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
    complete = false;
    if (bytes.length > 8 * 1024) {
      bytes = new byte[512];
    }
  }

  /** Removes that many bytes from the start. */
  void drop(int count) {
    System.arraycopy(bytes, count, bytes, 0, size - count);
    size -= count;
  }

  /**
   * Appends bytes up to the end of the head.
   *
   * @return how many bytes were consumed
   * @throws MalformedMessage when the head is larger than the bound
   */
  int take(ByteString in, int from) throws MalformedMessage {
    int at = from;
    int end = in.size();
    while (at < end && !complete) {
      if (size == bound) {
        throw tooLarge();
      }
      if (size == bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.min(bound, 2 * bytes.length));
      }
      byte b = in.apply(at++);
      bytes[size++] = b;
      complete = b == '\n' && endsWithEmptyLine();
    }
    return at - from;
  }

  private boolean endsWithEmptyLine() {
    int before = size >= 2 && bytes[size - 2] == '\r' ? size - 3 : size - 2;
    return before >= 0 && bytes[before] == '\n';
  }

  private MalformedMessage tooLarge() {
    for (int i = 0; i < size; i++) {
      if (bytes[i] == '\n') {
        return MessageHead.tooLarge();
      }
    }
    return RequestRules.targetTooLong();
  }
}
