package io.orderflow.account;

import io.orderflow.http.JsonFields;
import java.math.BigDecimal;

/** The bodies of requests to {@code /api/accounts}. */
final class AccountRequest {

  /**
   * @param accountId null if the client chose none
   * @param ownerId null for an account without an owner
   */
  record Opening(String accountId, String ownerId, String currency) {

    static Opening read(JsonFields fields) {
      return new Opening(fields.optionalId("accountId").orElse(null), fields.optionalId("ownerId").orElse(null), fields.currency("currency"));
    }
  }

  /**
   * A deposit or a withdrawal.
   *
   * @param reference null if repeats need not be recognised
   */
  record Movement(BigDecimal amount, String reference) {

    static Movement read(JsonFields fields) {
      return new Movement(fields.amount("amount"), fields.optionalId("reference").orElse(null));
    }
  }

  private AccountRequest() {}
}
