package io.orderflow.bench.orders;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An order as the SQL baseline reads it from a client's JSON, without building a tree of it. Amounts have two digits.
 *
 * @param json the order as it came
 * @param items in the order of their products, so that two orders never wait for each other's
 */
record SqlOrder(byte[] json, String customerId, String currency, List<Item> items, String token) {

  record Item(String sku, int quantity, long unitPrice) {}

  static final JsonFactory JSON = new JsonFactory();

  static SqlOrder read(byte[] json) throws IOException {
    String customerId = null;
    String currency = null;
    String token = null;
    List<Item> items = new ArrayList<>(1);
    try (JsonParser parser = JSON.createParser(json)) {
      expect(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "customerId" -> customerId = parser.getText();
          case "currency" -> currency = parser.getText();
          case "items" -> {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
              items.add(item(parser));
            }
          }
          case "payment" -> token = token(parser);
          default -> parser.skipChildren();
        }
      }
    }
    expect(customerId != null && currency != null && token != null && !items.isEmpty());
    items.sort(Comparator.comparing(Item::sku));
    return new SqlOrder(json, customerId, currency, items, token);
  }

  private static Item item(JsonParser parser) throws IOException {
    String sku = null;
    int quantity = 0;
    long unitPrice = -1;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "sku" -> sku = parser.getText();
        case "quantity" -> quantity = parser.getIntValue();
        case "unitPrice" -> unitPrice = new BigDecimal(parser.getText()).movePointRight(2).longValueExact();
        default -> parser.skipChildren();
      }
    }
    expect(sku != null && quantity > 0 && unitPrice >= 0);
    return new Item(sku, quantity, unitPrice);
  }

  /** The card's token. */
  private static String token(JsonParser parser) throws IOException {
    String token = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      if (field.equals("token")) {
        token = parser.getText();
      } else {
        parser.skipChildren();
      }
    }
    return token;
  }

  private static void expect(boolean condition) {
    if (!condition) {
      throw new IllegalArgumentException("this is no order");
    }
  }

  long total() {
    long total = 0;
    for (Item item : items) {
      total = Math.addExact(total, Math.multiplyExact(item.unitPrice, item.quantity));
    }
    return total;
  }

  /** The order as it is answered. */
  byte[] answer(String orderId, String status, String transactionId) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("orderId", orderId);
      json.writeStringField("customerId", customerId);
      json.writeStringField("status", status);
      json.writeStringField("currency", currency);
      json.writeStringField("total", amount(total()));
      json.writeArrayFieldStart("items");
      for (Item item : items) {
        json.writeStartObject();
        json.writeStringField("sku", item.sku);
        json.writeNumberField("quantity", item.quantity);
        json.writeStringField("unitPrice", amount(item.unitPrice));
        json.writeEndObject();
      }
      json.writeEndArray();
      if (transactionId != null) {
        json.writeObjectFieldStart("payment");
        json.writeStringField("transactionId", transactionId);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  static String amount(long minor) {
    return BigDecimal.valueOf(minor, 2).toPlainString();
  }
}
