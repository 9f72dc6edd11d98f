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
 * wanted. Two transactions, with the provider's call between them, and the answer once the order is CONFIRMED.
 *
 * <p>It keeps what the four steps must not lose: the same {@code Idempotency-Key} is one order, stock is never sold twice, a declined order
 * gives its stock back. What it does not have: an order whose process dies between the two transactions stays PENDING, and so does one whose
 * provider fails; there are no retries, no breaker, no history, no views.
 */
final class SqlPlacing {

  static final int PROVIDER_LIMIT_MILLIS = 2_000;

  /** A connection to the payment provider. */
  interface Provider {
    /**
     * Makes a charge.
     *
     * @return the body of an answer 200; null when it was declined
     * @throws IOException when there was any other answer, or none in time
     */
    byte[] charge(UUID orderId, byte[] charge) throws IOException;
  }

  /** @param location null where there is none */
  record Answer(int status, String location, byte[] body) {}

  private static final byte[] NOTHING = new byte[0];

  private final SqlOrders orders;

  SqlPlacing(SqlOrders orders) {
    this.orders = orders;
  }

  /** Places the order of that body. @param key the idempotency key; null without one */
  Answer place(byte[] body, String key, Provider provider) throws Exception {
    SqlOrder order;
    try {
      order = SqlOrder.read(body);
    } catch (IOException | RuntimeException unreadable) {
      return new Answer(400, null, NOTHING);
    }
    UUID orderId = key == null ? UUID.randomUUID() : UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
    return switch (orders.place(orderId, order)) {
      case RESERVED -> charge(orderId, order, provider);
      case OUT_OF_STOCK -> created(orderId, order, "CANCELLED", null);
      case KNOWN -> {
        SqlOrders.Known known = orders.known(orderId);
        yield known.placed().equals(new String(body, StandardCharsets.UTF_8)) ? created(orderId, order, known.status(), null)
            : new Answer(422, null, NOTHING);
      }
    };
  }

  private Answer charge(UUID orderId, SqlOrder order, Provider provider) throws Exception {
    byte[] charged = provider.charge(orderId, chargeOf(orderId, order));
    if (charged == null) {
      orders.cancel(orderId, order, "PAYMENT_DECLINED");
      return created(orderId, order, "CANCELLED", null);
    }
    String transactionId = transactionIn(charged);
    orders.confirm(orderId, order, transactionId);
    return created(orderId, order, "CONFIRMED", transactionId);
  }

  private static Answer created(UUID orderId, SqlOrder order, String status, String transactionId) throws IOException {
    return new Answer(201, "/api/orders/" + orderId, order.answer(orderId.toString(), status, transactionId));
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
