package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** How an order is paid. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "method")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PaymentMethod.Card.class, name = "card"),
    @JsonSubTypes.Type(value = PaymentMethod.FromAccount.class, name = "account")
})
public sealed interface PaymentMethod {

  /** By a card that the provider knows under the token. */
  record Card(String token) implements PaymentMethod {}

  /** From an account of this shop. */
  record FromAccount(String accountId) implements PaymentMethod {}

  /** Its name in JSON. */
  default String method() {
    return this instanceof Card ? "card" : "account";
  }
}
