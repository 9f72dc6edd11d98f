package io.orderflow.product;

import io.orderflow.http.JsonFields;
import io.orderflow.kernel.Money;

/** The bodies of requests to {@code /api/products}. */
final class ProductRequest {

  private static final int MAX_NAME = 200;
  private static final int MAX_RESTOCK = 1_000_000_000;

  record Offer(String name, Money price) {

    static Offer read(JsonFields fields) {
      return new Offer(fields.text("name", MAX_NAME), fields.money("price", fields.currency("currency")));
    }
  }

  /** @param reference null if repeats need not be recognised */
  record Restock(int quantity, String reference) {

    static Restock read(JsonFields fields) {
      return new Restock(fields.integer("quantity", 1, MAX_RESTOCK), fields.optionalId("reference").orElse(null));
    }
  }

  private ProductRequest() {}
}
