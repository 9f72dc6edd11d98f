package io.orderflow.cart;

import io.orderflow.http.JsonFields;
import io.orderflow.order.PlacedOrder;

/** The body of a request that puts a product into a cart. */
record CartRequest(int quantity) {

  static CartRequest read(JsonFields fields) {
    return new CartRequest(fields.integer("quantity", 1, PlacedOrder.MAX_QUANTITY));
  }
}
