package io.orderflow.http.wire;

import akka.util.ByteString;
import akka.util.ByteStringBuilder;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * Scans the frames that this server sends to an HTTP/2 client, for those that the client has provoked. A client that has the server reset its streams,
 * one after the other, begins new ones while the work for those before goes on, beyond every limit on open streams (MadeYouReset, CVE-2025-8671).
 *
 * <ul>
 *   <li>Streams that are reset for an error of the client are bounded.
 *   <li>GOAWAY with an error ends the connection, as RFC 9113, section 5.4.1, demands. Akka HTTP goes on reading: it answers frames after the end of a
 *       stream, and more data than the connection's window allows, with GOAWAY, gives the stream up, and accepts others.
 * </ul>
 */
final class SentFramesScanner implements Scanner {

  private static final int ENHANCE_YOUR_CALM = 0xb;
  private static final int NO_ERROR = 0;
  /** PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED and FRAME_SIZE_ERROR. */
  private static final Set<Integer> ERRORS_OF_CLIENTS = Set.of(0x1, 0x3, 0x5, 0x6);
  private static final int CODE_BYTES = 4;

  private final ClientLink link;
  private final FloodGuard resets = new FloodGuard(100);
  private ByteString rest = ByteString.emptyByteString();
  /** Bytes of the present frame's payload that are still to come. They are passed on. */
  private int left;
  private boolean ended;

  SentFramesScanner(ClientLink link) {
    this.link = link;
  }

  @Override
  public ByteString scan(ByteString in) {
    if (ended) {
      return ByteString.emptyByteString();
    }
    if (!link.isHttp2()) {
      return in;
    }
    ByteString bytes = rest.isEmpty() ? in : rest.concat(in);
    int at = 0;
    while (at < bytes.size()) {
      if (left > 0) {
        int part = Math.min(left, bytes.size() - at);
        left -= part;
        at += part;
        continue;
      }
      if (bytes.size() - at < Http2Frame.HEAD_BYTES) {
        break;
      }
      Http2Frame frame = Http2Frame.read(bytes, at);
      boolean isError = frame.type() == Http2Frame.RST_STREAM || frame.type() == Http2Frame.GOAWAY;
      if (isError && bytes.size() - at < Http2Frame.HEAD_BYTES + frame.length()) {
        break;
      }
      if (isError && ends(frame, bytes, at + Http2Frame.HEAD_BYTES)) {
        ended = true;
        return bytes.take(at).concat(goAway(frame, bytes.slice(at, at + Http2Frame.HEAD_BYTES + frame.length())));
      }
      if (frame.type() == Http2Frame.DATA) {
        link.sends(frame.length());
      }
      left = frame.length();
      at += Http2Frame.HEAD_BYTES;
    }
    rest = bytes.drop(at);
    return bytes.take(at);
  }

  private boolean ends(Http2Frame frame, ByteString bytes, int payload) {
    if (frame.type() == Http2Frame.GOAWAY) {
      return Http2Frame.intAt(bytes, payload + CODE_BYTES) != NO_ERROR;
    }
    if (ERRORS_OF_CLIENTS.contains(Http2Frame.intAt(bytes, payload)) && !resets.allows()) {
      link.floods();
      return true;
    }
    return false;
  }

  /** The last frame of the connection: Akka HTTP's own GOAWAY, or one that tells the client that it asks for too much. */
  private ByteString goAway(Http2Frame frame, ByteString original) {
    if (frame.type() == Http2Frame.GOAWAY && !link.isFlooding()) {
      return original;
    }
    ByteStringBuilder payload = ByteString.createBuilder();
    payload.putInt(link.lastStream(), ByteOrder.BIG_ENDIAN).putInt(ENHANCE_YOUR_CALM, ByteOrder.BIG_ENDIAN);
    return Http2Frame.of(Http2Frame.GOAWAY, 0, 0, payload.result());
  }

  /** The server's own frames have no time limit. */
  @Override
  public boolean isIncomplete() {
    return false;
  }

  @Override
  public boolean isEnded() {
    return false;
  }

  @Override
  public boolean mustClose() {
    return ended;
  }

  @Override
  public long completed() {
    return 0;
  }

  @Override
  public ByteString timedOut() {
    throw new IllegalStateException("the server's own frames have no time limit");
  }
}
