package io.orderflow.gateway;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An HTTP/1.1 message as received.
 *
 * @param line its first line
 * @param headers its header lines
 * @param body its content; empty if it was left unread
 */
record RawMessage(String line, List<String> headers, String body) {

  /** The values of a header, in order. */
  List<String> all(String name) {
    List<String> values = new ArrayList<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (header.substring(0, colon).equalsIgnoreCase(name)) {
        values.add(header.substring(colon + 1).strip());
      }
    }
    return values;
  }

  Optional<String> header(String name) {
    return all(name).stream().findFirst();
  }

  /** A response's status. */
  int status() {
    return Integer.parseInt(line.split(" ")[1]);
  }

  /** A request's target. */
  String target() {
    return line.split(" ")[1];
  }

  /** The next message of the stream; null at its end. */
  static RawMessage read(InputStream in, boolean withBody) throws IOException {
    String line = line(in);
    if (line == null) {
      return null;
    }
    List<String> headers = new ArrayList<>();
    for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
      headers.add(header);
    }
    RawMessage head = new RawMessage(line, headers, "");
    return withBody ? new RawMessage(line, headers, body(head, in)) : head;
  }

  static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return line.size() == 0 ? null : line.toString(StandardCharsets.ISO_8859_1);
      }
      line.write(c);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** Reads the body after a head. */
  static String body(RawMessage head, InputStream in) throws IOException {
    if (head.header("Transfer-Encoding").isPresent()) {
      StringBuilder body = new StringBuilder();
      while (true) {
        int size = Integer.parseInt(line(in).split(";")[0].strip(), 16);
        if (size == 0) {
          line(in);
          return body.toString();
        }
        body.append(bytes(in, size));
        line(in);
      }
    }
    if (head.header("Content-Length").isPresent()) {
      return bytes(in, Integer.parseInt(head.header("Content-Length").get()));
    }
    boolean untilClosed = head.line().startsWith("HTTP/") && head.status() >= 200 && head.status() != 204 && head.status() != 304;
    return untilClosed ? new String(in.readAllBytes(), StandardCharsets.ISO_8859_1) : "";
  }

  private static String bytes(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the body ended early");
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
