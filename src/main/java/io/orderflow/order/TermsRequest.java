package io.orderflow.order;

import io.orderflow.http.JsonFields;
import io.orderflow.payment.PaymentMethodRequest;
import io.orderflow.shipping.AddressRequest;

/** Reads the terms of an order from the body of a request that places an order or checks out a cart. */
public final class TermsRequest {

  private TermsRequest() {}

  public static PlacedOrder.Terms read(JsonFields fields) {
    return new PlacedOrder.Terms(fields.id("customerId"), PaymentMethodRequest.read(fields.object("payment")),
        fields.optionalObject("shippingAddress").map(AddressRequest::read).orElse(null));
  }
}
