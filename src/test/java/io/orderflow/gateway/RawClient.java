package io.orderflow.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client for specs that sends exactly the given bytes. */
final class RawClient implements AutoCloseable {

  /** The longest wait for a byte. */
  private static final int PATIENCE_MILLIS = 20_000;

  final Socket socket;
  final InputStream in;
  final OutputStream out;

  private RawClient(String host, int port) throws IOException {
    this.socket = new Socket(host, port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    this.in = new BufferedInputStream(socket.getInputStream(), 65_536);
    this.out = socket.getOutputStream();
  }

  static RawClient to(int port) throws IOException {
    return new RawClient("127.0.0.1", port);
  }

  /** Sends one request of these lines, without a body, on a new connection. */
  static RawMessage ask(int port, String... lines) throws IOException {
    try (RawClient client = to(port)) {
      return client.send(String.join("\r\n", lines) + "\r\n\r\n").answer();
    }
  }

  /** GETs the target, with further header lines. */
  static RawMessage get(int port, String target, String... headers) throws IOException {
    try (RawClient client = to(port)) {
      return client.sendGet(target, headers).answer();
    }
  }

  RawClient sendGet(String target, String... headers) throws IOException {
    StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: shop.example\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return send(request.append("\r\n").toString());
  }

  RawClient send(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    return this;
  }

  RawMessage answer() throws IOException {
    return RawMessage.read(in, true);
  }

  /** The response without its body, which stays unread. */
  RawMessage answerHead() throws IOException {
    return RawMessage.read(in, false);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
