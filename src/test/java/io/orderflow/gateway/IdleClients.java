package io.orderflow.gateway;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Opens idle connections, in its own process: one process has not enough file descriptors for both ends. */
final class IdleClients {

  private IdleClients() {}

  /** @param args the port and the number of connections; the process ends with its input */
  public static void main(String[] args) throws Exception {
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      idle.add(new Socket("127.0.0.1", Integer.parseInt(args[0])));
    }
    System.out.println("open " + idle.size());
    System.in.read();
  }
}
