package io.orderflow.bench.orders;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server of kept HTTP connections on this machine, each with a thread of its own. */
final class BlockingServer {

  /** Answers the requests of one connection, one after the other. */
  interface Connection {
    /** Answers the request that the wire has just received. */
    void answer(Wire wire, byte[] body) throws Exception;
  }

  /** Makes what serves a new connection. */
  interface Connections {
    Connection open();
  }

  private BlockingServer() {}

  /** Serves from now on; answers the port, which is a free one if 0 is asked for. */
  static int start(int port, Connections connections) throws IOException {
    ServerSocket server = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress());
    inBackground(() -> {
      while (true) {
        Socket socket = server.accept();
        inBackground(() -> serve(socket, connections.open()));
      }
    });
    return server.getLocalPort();
  }

  private static void serve(Socket socket, Connection connection) throws Exception {
    try (Wire wire = new Wire(socket)) {
      for (byte[] body = wire.receive(); body != null; body = wire.receive()) {
        connection.answer(wire, body);
      }
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void inBackground(Work work) {
    Thread thread = new Thread(() -> {
      try {
        work.run();
      } catch (IOException closed) {
        throw new UncheckedIOException(closed);
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    });
    thread.setDaemon(true);
    thread.start();
  }
}
