package io.orderflow.payment;

import io.orderflow.http.JsonFields;

/** Reads a payment method from a request's JSON. */
public final class PaymentMethodRequest {

  private PaymentMethodRequest() {}

  public static PaymentMethod read(JsonFields fields) {
    return switch (fields.text("method", 20)) {
      case "card" -> new PaymentMethod.Card(fields.text("token", 200));
      case "account" -> new PaymentMethod.FromAccount(fields.id("accountId"));
      default -> throw fields.invalid("method", "must be \"card\" or \"account\"");
    };
  }
}
