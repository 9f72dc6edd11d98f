package io.orderflow.bench.orders;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.net.SocketFactory;

/**
 * One end of a kept HTTP/1.1 connection, with as much of HTTP as the benchmark's own programs need: one message after the other, each with
 * its length. It blocks its thread, which is the cheapest way to wait for an answer.
 */
final class Wire implements AutoCloseable {

  private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] buffer = new byte[16 * 1024];
  /** What has been read and not consumed lies between the two. */
  private int from;
  private int to;
  private String head;

  Wire(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    socket.setTcpNoDelay(true);
  }

  /** Connects to a port of this machine; an answer that takes longer than the limit fails, 0 for none. */
  static Wire to(int port, int limitMillis) throws IOException {
    return to(port, SocketFactory.getDefault(), limitMillis);
  }

  /** The same over sockets of another kind. */
  static Wire to(int port, SocketFactory sockets, int limitMillis) throws IOException {
    Wire wire = new Wire(sockets.createSocket(InetAddress.getLoopbackAddress(), port));
    wire.socket.setSoTimeout(limitMillis);
    return wire;
  }

  /** Sends a message as it is. */
  void send(byte[] message) throws IOException {
    out.write(message);
  }

  /** Sends a message of that start line, and headers if any, each with its line's end, and that body of JSON. */
  void send(String startAndHeaders, byte[] json) throws IOException {
    byte[] start = (startAndHeaders + "Content-Type: application/json\r\nContent-Length: " + json.length + "\r\n\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
    byte[] message = Arrays.copyOf(start, start.length + json.length);
    System.arraycopy(json, 0, message, start.length, json.length);
    out.write(message);
  }

  /** Reads the next message; null when the other end has closed the connection before it. */
  byte[] receive() throws IOException {
    int end = endOfHead();
    if (end < 0) {
      return null;
    }
    head = new String(buffer, from, end - from, StandardCharsets.ISO_8859_1);
    from = end;
    byte[] body = new byte[Integer.parseInt(header("Content-Length", "0"))];
    int there = Math.min(body.length, to - from);
    System.arraycopy(buffer, from, body, 0, there);
    from += there;
    if (in.readNBytes(body, there, body.length - there) < body.length - there) {
      throw new EOFException();
    }
    return body;
  }

  /** Whether the start line of the last message begins so. */
  boolean startsWith(String start) {
    return head.startsWith(start);
  }

  /** A header of the last message. */
  String header(String name, String otherwise) {
    for (int line = head.indexOf('\n') + 1; line < head.length(); line = head.indexOf('\n', line) + 1) {
      if (head.regionMatches(true, line, name, 0, name.length()) && head.charAt(line + name.length()) == ':') {
        return head.substring(line + name.length() + 1, head.indexOf('\r', line)).trim();
      }
    }
    return otherwise;
  }

  /** Reads until a head is complete, and answers where it ends; -1 at the end of the connection. */
  private int endOfHead() throws IOException {
    System.arraycopy(buffer, from, buffer, 0, to - from);
    to -= from;
    from = 0;
    int searched = 0;
    while (true) {
      for (; searched + END_OF_HEAD.length <= to; searched++) {
        if (Arrays.equals(buffer, searched, searched + END_OF_HEAD.length, END_OF_HEAD, 0, END_OF_HEAD.length)) {
          return searched + END_OF_HEAD.length;
        }
      }
      int read = in.read(buffer, to, buffer.length - to);
      if (read <= 0) {
        if (to > 0) {
          throw new EOFException();
        }
        return -1;
      }
      to += read;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
