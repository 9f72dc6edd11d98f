package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** The payment method of an order. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "method")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PaymentMethod.Card.class, name = "card"),
    @JsonSubTypes.Type(value = PaymentMethod.FromAccount.class, name = "account")
})
public sealed interface PaymentMethod {

  /** A card that the provider knows by the token. */
  record Card(String token) implements PaymentMethod {}

  /** An account of this shop. */
  record FromAccount(String accountId) implements PaymentMethod {}

  /** The method's name in JSON. */
  default String method() {
    return this instanceof Card ? "card" : "account";
  }
}
