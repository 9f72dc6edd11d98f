package io.orderflow.bench.orders;

import java.io.IOException;
import java.util.UUID;

/**
 * {@link SqlPlacing} as a program of its own, over HTTP that is no more than this benchmark needs: a thread for each connection, and each
 * with a connection to the provider.
 */
public final class SqlShop {

  private SqlShop() {}

  /** @param args the port, the database's URL, the number of connections to it, and the provider's port */
  public static void main(String[] args) throws Exception {
    SqlPlacing placing = new SqlPlacing(new SqlOrders(args[1], Integer.parseInt(args[2])));
    BlockingServer.start(Integer.parseInt(args[0]), () -> new Counter(placing, Integer.parseInt(args[3])));
    Thread.currentThread().join();
  }

  /** Where one client is served. */
  private static final class Counter implements BlockingServer.Connection, SqlPlacing.Provider {

    private final SqlPlacing placing;
    private final int providerPort;
    private Wire provider;

    Counter(SqlPlacing placing, int providerPort) {
      this.placing = placing;
      this.providerPort = providerPort;
    }

    @Override
    public void answer(Wire client, byte[] body) throws Exception {
      if (!client.startsWith("POST /api/orders ")) {
        client.send("HTTP/1.1 404 Not Found\r\n", new byte[0]);
        return;
      }
      SqlPlacing.Answer answer = placing.place(body, client.header("Idempotency-Key", null), this);
      client.send("HTTP/1.1 " + answer.status() + " \r\n" + (answer.location() == null ? "" : "Location: " + answer.location() + "\r\n"),
          answer.body());
    }

    @Override
    public byte[] charge(UUID orderId, byte[] charge) throws IOException {
      if (provider == null) {
        provider = Wire.to(providerPort, SqlPlacing.PROVIDER_LIMIT_MILLIS);
      }
      provider.send("POST /charges HTTP/1.1\r\nHost: 127.0.0.1:" + providerPort + "\r\nIdempotency-Key: " + orderId + "\r\n", charge);
      byte[] answer = provider.receive();
      if (answer != null && provider.startsWith("HTTP/1.1 402")) {
        return null;
      }
      if (answer == null || !provider.startsWith("HTTP/1.1 200")) {
        throw new IOException("the provider did not answer");
      }
      return answer;
    }
  }
}
