package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
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
  record Card(String token) implements PaymentMethod {

    /** Without the token, which must not come into a log. */
    @Override
    public String toString() {
      return "Card[]";
    }
  }

  /**
   * An account of this shop.
   *
   * @param payer the user who pays, and whose the account must be; null if it may be anybody's
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record FromAccount(String accountId, String payer) implements PaymentMethod {

    public FromAccount(String accountId) {
      this(accountId, null);
    }
  }

  /** The same method, to be used for that user alone; null for anybody. */
  default PaymentMethod paidBy(String payer) {
    return this instanceof FromAccount from ? new FromAccount(from.accountId(), payer) : this;
  }

  /** The method's name in JSON. */
  default String method() {
    return this instanceof Card ? "card" : "account";
  }
}
