package io.orderflow.cart;

import io.orderflow.http.JsonFields;
import io.orderflow.order.PlacedOrder;
import io.orderflow.order.TermsRequest;
import java.util.Optional;

/**
 * The body of a request that checks out a cart.
 *
 * @param currency empty to accept the products' currency
 */
record CheckoutRequest(PlacedOrder.Terms terms, Optional<String> currency) {

  /** The same request, paid from accounts of that user alone; null for everybody's. */
  CheckoutRequest paidBy(String payer) {
    return new CheckoutRequest(terms.paidBy(payer), currency);
  }

  static CheckoutRequest read(JsonFields fields) {
    return new CheckoutRequest(TermsRequest.read(fields), fields.optionalCurrency("currency"));
  }
}
