package io.orderflow.bench.orders;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The baseline: what a careful hand would write for {@code POST /api/orders} over plain JDBC if nothing but these four steps were ever
 * wanted. Two transactions, with the provider's call between them, and the answer once the order is CONFIRMED. A program of its own.
 *
 * <p>It keeps what the four steps must not lose: the same {@code Idempotency-Key} is one order, stock is never sold twice, a declined order
 * gives its stock back. What it does not have: an order whose process dies between the two transactions stays PENDING, and so does one whose
 * provider fails; there are no retries, no breaker, no history, no views.
 */
public final class SqlShop {

  private static final int PROVIDER_LIMIT_MILLIS = 2_000;

  private final SqlOrders orders;
  private final int providerPort;

  private SqlShop(SqlOrders orders, int providerPort) {
    this.orders = orders;
    this.providerPort = providerPort;
  }

  /** @param args the port, the database's URL, the number of connections to it, and the provider's port */
  public static void main(String[] args) throws Exception {
    SqlShop shop = new SqlShop(new SqlOrders(args[1], Integer.parseInt(args[2])), Integer.parseInt(args[3]));
    BlockingServer.start(Integer.parseInt(args[0]), () -> shop.new Counter());
    Thread.currentThread().join();
  }

  /** Where one client is served; it has a connection to the provider of its own. */
  private final class Counter implements BlockingServer.Connection {

    private Wire provider;

    @Override
    public void answer(Wire client, byte[] body) throws Exception {
      if (!client.startsWith("POST /api/orders ")) {
        client.send("HTTP/1.1 404 Not Found\r\n", new byte[0]);
        return;
      }
      SqlOrder order;
      try {
        order = SqlOrder.read(body);
      } catch (IOException | RuntimeException unreadable) {
        client.send("HTTP/1.1 400 Bad Request\r\n", new byte[0]);
        return;
      }
      String key = client.header("Idempotency-Key", null);
      UUID orderId = key == null ? UUID.randomUUID() : UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
      switch (orders.place(orderId, order)) {
        case RESERVED -> charge(client, orderId, order);
        case OUT_OF_STOCK -> created(client, orderId, order, "CANCELLED", null);
        case KNOWN -> {
          SqlOrders.Known known = orders.known(orderId);
          if (known.placed().equals(new String(body, StandardCharsets.UTF_8))) {
            created(client, orderId, order, known.status(), null);
          } else {
            client.send("HTTP/1.1 422 Unprocessable Entity\r\n", new byte[0]);
          }
        }
      }
    }

    private void charge(Wire client, UUID orderId, SqlOrder order) throws Exception {
      String transactionId = charge(orderId, order);
      if (transactionId == null) {
        orders.cancel(orderId, order, "PAYMENT_DECLINED");
        created(client, orderId, order, "CANCELLED", null);
      } else {
        orders.confirm(orderId, order, transactionId);
        created(client, orderId, order, "CONFIRMED", transactionId);
      }
    }

    private static void created(Wire client, UUID orderId, SqlOrder order, String status, String transactionId) throws IOException {
      client.send("HTTP/1.1 201 Created\r\nLocation: /api/orders/" + orderId + "\r\n",
          order.answer(orderId.toString(), status, transactionId));
    }

    /** The transaction's id; null when the charge was declined. */
    private String charge(UUID orderId, SqlOrder order) throws IOException {
      String start = "POST /charges HTTP/1.1\r\nHost: 127.0.0.1:" + providerPort + "\r\nIdempotency-Key: " + orderId + "\r\n";
      if (provider == null) {
        provider = Wire.to(providerPort, PROVIDER_LIMIT_MILLIS);
      }
      provider.send(start, chargeOf(orderId, order));
      byte[] answer = provider.receive();
      if (answer != null && provider.startsWith("HTTP/1.1 402")) {
        return null;
      }
      if (answer == null || !provider.startsWith("HTTP/1.1 200")) {
        throw new IOException("the provider did not answer");
      }
      return transactionIn(answer);
    }
  }

  private static byte[] chargeOf(UUID orderId, SqlOrder order) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = SqlOrder.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("orderId", orderId.toString());
      json.writeStringField("amount", SqlOrder.amount(order.total()));
      json.writeStringField("currency", order.currency());
      json.writeStringField("token", order.token());
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static String transactionIn(byte[] answer) throws IOException {
    try (JsonParser parser = SqlOrder.JSON.createParser(answer)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean transaction = parser.currentName().equals("transactionId");
        parser.nextToken();
        if (transaction) {
          return parser.getText();
        }
        parser.skipChildren();
      }
    }
    throw new IOException("the provider's answer has no transaction");
  }
}
