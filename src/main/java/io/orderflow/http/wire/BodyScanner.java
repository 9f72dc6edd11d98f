package io.orderflow.http.wire;

import akka.util.ByteString;
import java.nio.charset.StandardCharsets;

/**
 * Finds the end of an HTTP/1.1 message body (RFC 9112, sections 6 and 7). Chunks are passed on as they arrive, re-framed as chunks of their own. The
 * reader behind it therefore need not buffer a whole chunk, and sees neither chunk extensions nor trailers.
 */
final class BodyScanner {

  private static final int MAX_LINE_BYTES = 4 * 1024;
  private static final int MAX_TRAILER_BYTES = 16 * 1024;
  private static final int MAX_SIZE_DIGITS = 15;
  private static final ByteString CRLF = ByteString.fromString("\r\n");
  private static final ByteString LAST_CHUNK = ByteString.fromString("0\r\n\r\n");

  private enum State { LENGTH, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, UNTIL_CLOSE, DONE }

  private final StringBuilder line = new StringBuilder();
  private State state;
  private long left;
  private int trailerBytes;
  private int linesRead;

  private BodyScanner(State state, long left) {
    this.state = state;
    this.left = left;
  }

  static BodyScanner none() {
    return new BodyScanner(State.DONE, 0);
  }

  static BodyScanner ofLength(long length) {
    return new BodyScanner(length == 0 ? State.DONE : State.LENGTH, length);
  }

  static BodyScanner chunked() {
    return new BodyScanner(State.CHUNK_SIZE, 0);
  }

  static BodyScanner untilClose() {
    return new BodyScanner(State.UNTIL_CLOSE, 0);
  }

  boolean isDone() {
    return state == State.DONE;
  }

  int linesRead() {
    return linesRead;
  }

  /** Whether the peer is within a line of the chunked coding. */
  boolean isWithinLine() {
    return line.length() > 0 || state == State.TRAILER;
  }

  /**
   * Passes on the bytes that belong to the body.
   *
   * @return how many bytes were consumed
   * @throws MalformedMessage when the chunks are malformed; the part passed on before is incomplete
   */
  int scan(ByteString in, int from, Output out) throws MalformedMessage {
    int at = from;
    while (at < in.size() && state != State.DONE) {
      at += switch (state) {
        case LENGTH -> length(in, at, out);
        case CHUNK -> chunk(in, at, out);
        case UNTIL_CLOSE -> {
          out.add(in.drop(at));
          yield in.size() - at;
        }
        default -> readLine(in, at, out);
      };
    }
    return at - from;
  }

  private int length(ByteString in, int from, Output out) {
    int part = (int) Math.min(left, in.size() - from);
    out.add(in.slice(from, from + part));
    left -= part;
    if (left == 0) {
      state = State.DONE;
    }
    return part;
  }

  private int chunk(ByteString in, int from, Output out) {
    int part = (int) Math.min(left, in.size() - from);
    out.add(ByteString.fromString(Integer.toHexString(part) + "\r\n"));
    out.add(in.slice(from, from + part));
    out.add(CRLF);
    left -= part;
    if (left == 0) {
      state = State.CHUNK_END;
    }
    return part;
  }

  /** Reads up to the line's CRLF. A bare LF or CR is an error, since implementations disagree whether it ends a line. */
  private int readLine(ByteString in, int from, Output out) throws MalformedMessage {
    for (int at = from; at < in.size(); at++) {
      char c = (char) (in.apply(at) & 0xff);
      boolean afterReturn = line.length() > 0 && line.charAt(line.length() - 1) == '\r';
      if (afterReturn != (c == '\n') || line.length() == MAX_LINE_BYTES) {
        throw malformed();
      }
      if (afterReturn) {
        line.setLength(line.length() - 1);
        String read = line.toString();
        line.setLength(0);
        linesRead += state == State.TRAILER ? 0 : 1;
        ended(read, out);
        return at + 1 - from;
      }
      line.append(c);
    }
    return in.size() - from;
  }

  private void ended(String read, Output out) throws MalformedMessage {
    if (state == State.CHUNK_END) {
      if (!read.isEmpty()) {
        throw malformed();
      }
      state = State.CHUNK_SIZE;
    } else if (state == State.CHUNK_SIZE) {
      left = sizeIn(read);
      state = left == 0 ? State.TRAILER : State.CHUNK;
    } else if (read.isEmpty()) {
      state = State.DONE;
      out.add(LAST_CHUNK);
    } else {
      trailerBytes += read.length();
      int colon = read.indexOf(':');
      if (trailerBytes > MAX_TRAILER_BYTES || colon <= 0 || !Octets.isToken(read.substring(0, colon)) || !Octets.isFieldValue(read)) {
        throw malformed();
      }
    }
  }

  private static long sizeIn(String line) throws MalformedMessage {
    int digits = 0;
    while (digits < line.length() && Character.digit(line.charAt(digits), 16) >= 0 && line.charAt(digits) < 128) {
      digits++;
    }
    String extension = Octets.trimmed(line.substring(digits));
    if (digits == 0 || digits > MAX_SIZE_DIGITS || !Octets.isFieldValue(extension)
        || !(line.length() == digits || extension.startsWith(";"))) {
      throw malformed();
    }
    return Long.parseLong(line.substring(0, digits), 16);
  }

  private static MalformedMessage malformed() {
    return new MalformedMessage(400, "MALFORMED_BODY", "the chunks of the body are malformed");
  }

  /** An invalid chunk, which makes the reader behind the scanner fail the body. */
  static ByteString brokenChunk() {
    return ByteString.fromString("broken\r\n", StandardCharsets.US_ASCII);
  }
}
