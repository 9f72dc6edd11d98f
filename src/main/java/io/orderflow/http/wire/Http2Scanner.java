package io.orderflow.http.wire;

import akka.util.ByteString;
import akka.util.ByteStringBuilder;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Scans an HTTP/2 client's frames (RFC 9113), from the second half of the preface on. Header blocks are bounded in bytes, frames and time, then
 * decoded, checked and re-encoded ({@link Http2Headers}), so that one invalid request is rejected and the next is served. The number of control
 * frames is bounded ({@link FloodGuard}). When the connection can't continue, a frame that violates the protocol is passed on instead: Akka HTTP
 * answers it with GOAWAY, after which the connection is closed ({@link SentFramesScanner}).
 */
final class Http2Scanner {

  private static final ByteString SECOND_PREFACE = ByteString.fromString("SM\r\n\r\n");
  /** SETTINGS on a stream: a connection error. */
  private static final ByteString FATAL = Http2Frame.of(Http2Frame.SETTINGS, 0, 1, ByteString.emptyByteString());
  private static final int MAX_BLOCK_FRAMES = 8;
  /** Bodies of known length in progress: four times Akka HTTP's limit on open streams. */
  private static final int MAX_SIZED_BODIES = 1024;
  private static final int HEADER_TABLE_SIZE = 1;
  private static final int MAX_HEADER_TABLE_BYTES = 4096;

  /** A header block in progress. */
  private static final class Block {
    private final int stream;
    private final boolean endStream;
    private ByteString bytes = ByteString.emptyByteString();
    private int frames;

    private Block(int stream, boolean endStream) {
      this.stream = stream;
      this.endStream = endStream;
    }
  }

  private final Http2Headers headers;
  private final IntConsumer reset;
  private final int maxBlockBytes;
  private final ClientLink link;
  private final FloodGuard flood = new FloodGuard(400);
  /** Remaining bytes of each body of known length, by stream. */
  private final Map<Integer, Long> sizedBodies = new HashMap<>();
  private ByteString rest = ByteString.emptyByteString();
  private boolean prefaceRead;
  private boolean ended;
  private int dataLeft;
  private Block block;
  private int lastStream;
  private long completed;

  /**
   * A scanner for one connection.
   *
   * @param link shared with the scanner of the other direction
   * @param reset called with the number of each stream that the client resets
   */
  Http2Scanner(RequestRules rules, ClientLink link, IntConsumer reset) {
    this.reset = reset;
    this.link = link;
    link.becomesHttp2();
    this.headers = new Http2Headers(rules);
    this.maxBlockBytes = rules.limits().headBytes();
  }

  /** Whether a frame or a header block is incomplete. Bodies have no time limit here. */
  boolean isIncomplete() {
    return !ended && (!rest.isEmpty() || block != null || !prefaceRead);
  }

  boolean isEnded() {
    return ended;
  }

  /** Completed frames; those within a header block count when the block ends. */
  long completed() {
    return completed;
  }

  /**
   * Ends the connection.
   *
   * @return the bytes to pass on instead of the client's
   */
  ByteString fail() {
    ended = true;
    return FATAL;
  }

  ByteString scan(ByteString in) {
    Output out = new Output();
    if (ended) {
      return out.bytes();
    }
    ByteString bytes = rest.isEmpty() ? in : rest.concat(in);
    int at = 0;
    try {
      for (int taken = step(bytes, at, out); taken > 0 && !ended; taken = step(bytes, at, out)) {
        at += taken;
        completed += block == null ? 1 : 0;
      }
      rest = ended ? ByteString.emptyByteString() : bytes.drop(at).compact();
    } catch (MalformedMessage malformed) {
      rest = ByteString.emptyByteString();
      out.add(fail());
    }
    return out.bytes();
  }

  /** @return how many bytes were consumed; 0 if more are needed */
  private int step(ByteString in, int at, Output out) throws MalformedMessage {
    int available = in.size() - at;
    if (!prefaceRead) {
      return preface(in, at, out);
    }
    if (dataLeft > 0) {
      int part = Math.min(dataLeft, available);
      out.add(in.slice(at, at + part));
      dataLeft -= part;
      return part;
    }
    if (available < Http2Frame.HEAD_BYTES) {
      return 0;
    }
    Http2Frame frame = Http2Frame.read(in, at);
    if (frame.length() > Http2Frame.MAX_PAYLOAD_BYTES || block != null && frame.type() != Http2Frame.CONTINUATION) {
      throw MalformedMessage.because("a frame is too long or out of sequence");
    }
    if (frame.type() == Http2Frame.DATA) {
      return data(frame, in, at, out);
    }
    int size = Http2Frame.HEAD_BYTES + frame.length();
    if (available < size) {
      return 0;
    }
    complete(frame, in.slice(at + Http2Frame.HEAD_BYTES, at + size), out);
    return size;
  }

  private int preface(ByteString in, int at, Output out) throws MalformedMessage {
    if (in.size() - at < SECOND_PREFACE.size()) {
      return 0;
    }
    if (!in.slice(at, at + SECOND_PREFACE.size()).equals(SECOND_PREFACE)) {
      throw MalformedMessage.because("the HTTP/2 connection preface is invalid");
    }
    prefaceRead = true;
    out.add(SECOND_PREFACE);
    return SECOND_PREFACE.size();
  }

  private int data(Http2Frame frame, ByteString in, int at, Output out) throws MalformedMessage {
    boolean padded = frame.has(Http2Frame.PADDED);
    int head = Http2Frame.HEAD_BYTES + (padded ? 1 : 0);
    if (in.size() - at < head) {
      return 0;
    }
    int padding = padded ? (in.apply(at + Http2Frame.HEAD_BYTES) & 0xff) + 1 : 0;
    if (frame.stream() == 0 || frame.stream() > lastStream || padding > frame.length()) {
      throw MalformedMessage.because("a DATA frame has no open stream, or more padding than payload");
    }
    int bytes = frame.length() - padding;
    boolean last = frame.has(Http2Frame.END_STREAM);
    if (bytes == 0 && !last) {
      count();
    }
    countBody(frame.stream(), bytes, last);
    out.add(in.slice(at, at + head));
    dataLeft = frame.length() - (padded ? 1 : 0);
    return head;
  }

  /** Counts a frame that costs the server work without advancing a request: PING, SETTINGS, empty DATA, RST_STREAM, and frames that are ignored. */
  private void count() throws MalformedMessage {
    if (!flood.allows()) {
      link.floods();
      throw MalformedMessage.because("too many frames that carry nothing");
    }
  }

  private void countBody(int stream, int bytes, boolean last) throws MalformedMessage {
    Long left = sizedBodies.get(stream);
    if (left == null) {
      return;
    }
    if (bytes > left || last && bytes != left) {
      throw MalformedMessage.because("the body's length differs from Content-Length");
    }
    if (last) {
      sizedBodies.remove(stream);
    } else {
      sizedBodies.put(stream, left - bytes);
    }
  }

  private void complete(Http2Frame frame, ByteString payload, Output out) throws MalformedMessage {
    switch (frame.type()) {
      case Http2Frame.HEADERS -> begin(frame, payload, out);
      case Http2Frame.CONTINUATION -> goOn(frame, payload, out);
      case Http2Frame.SETTINGS -> {
        count();
        out.add(frame.with(frame.has(Http2Frame.ACK) ? payload : bounded(payload)));
      }
      case Http2Frame.RST_STREAM -> {
        count();
        sizedBodies.remove(frame.stream());
        reset.accept(frame.stream());
        out.add(frame.with(payload));
      }
      case Http2Frame.PING -> {
        count();
        out.add(frame.with(payload));
      }
      case Http2Frame.WINDOW_UPDATE -> {
        if (payload.size() != 4 || (Http2Frame.intAt(payload, 0) & Integer.MAX_VALUE) == 0) {
          throw MalformedMessage.because("a WINDOW_UPDATE frame has no increment");
        }
        if (link.overflows(frame.stream(), Http2Frame.intAt(payload, 0) & Integer.MAX_VALUE)) {
          throw MalformedMessage.because("a window is larger than HTTP/2 allows");
        }
        out.add(frame.with(payload));
      }
      case Http2Frame.GOAWAY -> out.add(frame.with(payload));
      case Http2Frame.PUSH_PROMISE -> throw MalformedMessage.because("a client must not push");
      // PRIORITY, which RFC 9113 deprecates, and extension frames are dropped.
      default -> count();
    }
  }

  private void begin(Http2Frame frame, ByteString payload, Output out) throws MalformedMessage {
    int start = 0;
    int end = payload.size();
    if (frame.has(Http2Frame.PADDED) && end > 0) {
      end -= payload.apply(0) & 0xff;
      start = 1;
    }
    start += frame.has(Http2Frame.HAS_PRIORITY) ? 5 : 0;
    if (start > end || frame.stream() % 2 == 0) {
      throw MalformedMessage.because("a HEADERS frame has no client stream, or more padding than payload");
    }
    block = new Block(frame.stream(), frame.has(Http2Frame.END_STREAM));
    add(payload.slice(start, end), frame.has(Http2Frame.END_HEADERS), out);
  }

  private void goOn(Http2Frame frame, ByteString payload, Output out) throws MalformedMessage {
    if (block == null || frame.stream() != block.stream) {
      throw MalformedMessage.because("a CONTINUATION frame follows no header block of its stream");
    }
    add(payload, frame.has(Http2Frame.END_HEADERS), out);
  }

  private void add(ByteString fragment, boolean end, Output out) throws MalformedMessage {
    block.bytes = block.bytes.concat(fragment);
    if (++block.frames > MAX_BLOCK_FRAMES || block.bytes.size() > maxBlockBytes) {
      throw MalformedMessage.because("a header block is too large");
    }
    if (end) {
      Block read = block;
      block = null;
      complete(read, out);
    }
  }

  private void complete(Block read, Output out) throws MalformedMessage {
    if (read.stream <= lastStream) {
      headers.skip(read.bytes);
      trailers(read, out);
      return;
    }
    lastStream = read.stream;
    link.begins(lastStream);
    Http2Headers.Request request = headers.request(read.bytes, read.endStream);
    if (request.length() >= 0 && !read.endStream) {
      if (sizedBodies.size() == MAX_SIZED_BODIES) {
        throw MalformedMessage.because("too many bodies are in progress");
      }
      sizedBodies.put(read.stream, request.length());
    }
    frames(read, request.block(), out);
  }

  /** Trailers end the body and are dropped, as in HTTP/1.1. */
  private void trailers(Block read, Output out) throws MalformedMessage {
    if (!read.endStream) {
      throw MalformedMessage.because("trailers must end their stream");
    }
    countBody(read.stream, 0, true);
    out.add(Http2Frame.of(Http2Frame.DATA, Http2Frame.END_STREAM, read.stream, ByteString.emptyByteString()));
  }

  private static void frames(Block read, ByteString block, Output out) {
    int end = read.endStream ? Http2Frame.END_STREAM : 0;
    int type = Http2Frame.HEADERS;
    ByteString left = block;
    while (left.size() > Http2Frame.MAX_PAYLOAD_BYTES) {
      out.add(Http2Frame.of(type, end, read.stream, left.take(Http2Frame.MAX_PAYLOAD_BYTES)));
      left = left.drop(Http2Frame.MAX_PAYLOAD_BYTES);
      type = Http2Frame.CONTINUATION;
      end = 0;
    }
    out.add(Http2Frame.of(type, end | Http2Frame.END_HEADERS, read.stream, left));
  }

  /** Bounds SETTINGS_HEADER_TABLE_SIZE. The response encoder's table would otherwise grow with each response, up to the client's value. */
  private static ByteString bounded(ByteString settings) {
    if (settings.size() % 6 != 0) {
      return settings; // Akka HTTP closes the connection.
    }
    ByteStringBuilder bounded = ByteString.createBuilder();
    for (int at = 0; at < settings.size(); at += 6) {
      int id = (settings.apply(at) & 0xff) << 8 | settings.apply(at + 1) & 0xff;
      int value = Http2Frame.intAt(settings, at + 2);
      boolean tooMuch = id == HEADER_TABLE_SIZE && Integer.compareUnsigned(value, MAX_HEADER_TABLE_BYTES) > 0;
      bounded.putShort(id, ByteOrder.BIG_ENDIAN).putInt(tooMuch ? MAX_HEADER_TABLE_BYTES : value, ByteOrder.BIG_ENDIAN);
    }
    return bounded.result();
  }
}
