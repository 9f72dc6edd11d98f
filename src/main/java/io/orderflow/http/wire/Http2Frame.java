package io.orderflow.http.wire;

import akka.util.ByteString;
import akka.util.ByteStringBuilder;
import java.nio.ByteOrder;

/**
 * The header of an HTTP/2 frame (RFC 9113, section 4.1).
 *
 * @param length the payload's length in bytes
 * @param stream 0 for the connection
 */
record Http2Frame(int length, int type, int flags, int stream) {

  static final int HEAD_BYTES = 9;
  /** The default SETTINGS_MAX_FRAME_SIZE; we announce no other. */
  static final int MAX_PAYLOAD_BYTES = 16_384;

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PUSH_PROMISE = 5;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 0x1;
  static final int ACK = 0x1;
  static final int END_HEADERS = 0x4;
  static final int PADDED = 0x8;
  static final int HAS_PRIORITY = 0x20;

  static Http2Frame read(ByteString in, int at) {
    int length = (in.apply(at) & 0xff) << 16 | (in.apply(at + 1) & 0xff) << 8 | in.apply(at + 2) & 0xff;
    return new Http2Frame(length, in.apply(at + 3) & 0xff, in.apply(at + 4) & 0xff, intAt(in, at + 5) & Integer.MAX_VALUE);
  }

  static int intAt(ByteString in, int at) {
    return (in.apply(at) & 0xff) << 24 | (in.apply(at + 1) & 0xff) << 16 | (in.apply(at + 2) & 0xff) << 8 | in.apply(at + 3) & 0xff;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Encodes the frame with this payload; the length is the payload's, not this record's. */
  ByteString with(ByteString payload) {
    ByteStringBuilder head = ByteString.createBuilder();
    head.putByte((byte) (payload.size() >> 16)).putShort(payload.size() & 0xffff, ByteOrder.BIG_ENDIAN)
        .putByte((byte) type).putByte((byte) flags).putInt(stream, ByteOrder.BIG_ENDIAN);
    return head.result().concat(payload);
  }

  static ByteString of(int type, int flags, int stream, ByteString payload) {
    return new Http2Frame(payload.size(), type, flags, stream).with(payload);
  }
}
