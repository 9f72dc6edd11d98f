package io.orderflow.gateway;

import akka.http.shaded.com.twitter.hpack.Decoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** A client for specs that sends exactly the given HTTP/2 frames. */
final class RawHttp2Client implements AutoCloseable {

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  /** A response, its body with one character for each octet. */
  record Answer(Map<String, String> headers, String body) {
    int status() {
      return Integer.parseInt(headers.get(":status"));
    }
  }

  final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final Decoder decoder = new Decoder(65_536, 4096);
  private final Map<Integer, Map<String, String>> heads = new HashMap<>();
  private final Map<Integer, StringBuilder> bodies = new HashMap<>();
  private final Set<Integer> reset = new HashSet<>();
  private int nextStream = 1;
  /** The code of the received GOAWAY; -1 before. */
  int goAway = -1;

  private RawHttp2Client(int port) throws IOException {
    this.socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    this.in = new DataInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  static RawHttp2Client to(int port) throws IOException {
    RawHttp2Client client = new RawHttp2Client(port);
    client.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    client.frame(SETTINGS, 0, 0, new byte[0]);
    return client;
  }

  void raw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(payload.length >> 16);
    frame.write(payload.length >> 8);
    frame.write(payload.length);
    frame.write(type);
    frame.write(flags);
    for (int shift = 24; shift >= 0; shift -= 8) {
      frame.write(stream >> shift);
    }
    frame.writeBytes(payload);
    raw(frame.toByteArray());
  }

  /** A block of literal fields, alternately name and value, with one octet for each character. */
  static byte[] block(String... fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      block.write(0);
      string(block, fields[i]);
      string(block, fields[i + 1]);
    }
    return block.toByteArray();
  }

  private static void string(ByteArrayOutputStream block, String text) {
    byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
    if (octets.length < 127) {
      block.write(octets.length);
    } else {
      block.write(127);
      int left = octets.length - 127;
      while (left >= 128) {
        block.write(left % 128 + 128);
        left /= 128;
      }
      block.write(left);
    }
    block.writeBytes(octets);
  }

  /** Sends a request without a body. Further fields are alternately name and value. */
  int request(String method, String path, String... fields) throws IOException {
    int stream = begin(END_STREAM, method, path, fields);
    return stream;
  }

  /** Sends the headers of a request. */
  int begin(int flags, String method, String path, String... fields) throws IOException {
    String[] all = new String[8 + fields.length];
    System.arraycopy(new String[] {":method", method, ":scheme", "http", ":authority", "127.0.0.1", ":path", path}, 0, all, 0, 8);
    System.arraycopy(fields, 0, all, 8, fields.length);
    int stream = nextStream;
    nextStream += 2;
    frame(HEADERS, flags | END_HEADERS, stream, block(all));
    return stream;
  }

  Answer ask(String method, String path, String... fields) throws IOException {
    return answer(request(method, path, fields));
  }

  /** Reads frames until the stream's response is complete. */
  Answer answer(int stream) throws IOException {
    while (true) {
      int ended = read();
      if (reset.contains(stream)) {
        throw new IOException("the stream " + stream + " was reset");
      }
      if (ended == stream) {
        return new Answer(heads.get(stream), bodies.getOrDefault(stream, new StringBuilder()).toString());
      }
    }
  }

  /** Whether the gateway ends the connection. */
  boolean ends() throws IOException {
    try {
      while (true) {
        read();
      }
    } catch (EOFException | java.net.SocketException ended) {
      return true;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    }
  }

  /** Reads a frame and returns the stream that it ends; 0 if it ends none. */
  private int read() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    byte[] payload = in.readNBytes(length);
    if (type == SETTINGS && (flags & 1) == 0) {
      frame(SETTINGS, 1, 0, new byte[0]);
    } else if (type == HEADERS) {
      Map<String, String> head = heads.computeIfAbsent(stream, unknown -> new LinkedHashMap<>());
      decoder.decode(new ByteArrayInputStream(payload), (name, value, parsed, sensitive) -> {
        head.merge(name, value, (one, two) -> one + ", " + two);
        return null;
      });
      decoder.endHeaderBlock();
    } else if (type == DATA) {
      bodies.computeIfAbsent(stream, unknown -> new StringBuilder()).append(new String(payload, StandardCharsets.ISO_8859_1));
    } else if (type == GOAWAY) {
      goAway = payload[7] & 0xff;
    } else if (type == RST_STREAM) {
      reset.add(stream);
    }
    return (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0 ? stream : 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
