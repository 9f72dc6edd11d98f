package io.orderflow.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A service for specs that records the received bytes and sends exactly the given ones. It has a thread for each connection. */
final class RawUpstream implements AutoCloseable {

  /** Responds to a request. */
  interface Handler {
    void answer(Exchange exchange) throws Exception;
  }

  /** A received request and the connection for its response. */
  record Exchange(RawMessage request, InputStream in, OutputStream out, Socket socket) {

    void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    void ok(String body) throws IOException {
      send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n\r\n"
          + (request.line().startsWith("HEAD ") ? "" : body));
    }
  }

  final List<RawMessage> requests = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger open = new AtomicInteger();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ServerSocket server;
  private final Handler handler;
  private final boolean readBodies;

  private RawUpstream(String host, int port, Handler handler, boolean readBodies) throws IOException {
    this.server = new ServerSocket(port, 200, InetAddress.getByName(host));
    this.handler = handler;
    this.readBodies = readBodies;
    daemon(this::accept);
  }

  /** Answers each request with the handler, after its body has been read. */
  static RawUpstream answering(Handler handler) throws IOException {
    return answeringAt("127.0.0.1", handler);
  }

  /** The same at the given address. */
  static RawUpstream answeringAt(String host, Handler handler) throws IOException {
    return new RawUpstream(host, 0, handler, true);
  }

  /** The same on the given port. */
  static RawUpstream answeringOn(int port, Handler handler) throws IOException {
    return new RawUpstream("127.0.0.1", port, handler, true);
  }

  /** Leaves the bodies to the handler. */
  static RawUpstream streaming(Handler handler) throws IOException {
    return new RawUpstream("127.0.0.1", 0, handler, false);
  }

  int port() {
    return server.getLocalPort();
  }

  String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  RawMessage last() {
    return requests.get(requests.size() - 1);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        connections.incrementAndGet();
        open.incrementAndGet();
        daemon(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The spec is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream(), 65_536);
      OutputStream out = socket.getOutputStream();
      for (RawMessage request = RawMessage.read(in, readBodies); request != null; request = RawMessage.read(in, readBodies)) {
        requests.add(request);
        handler.answer(new Exchange(request, in, out, socket));
      }
    } catch (Exception gone) {
      // The peer disconnected, or the handler did on purpose.
    } finally {
      open.decrementAndGet();
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }
}
