package io.orderflow.account;

import io.orderflow.http.JsonFields;
import java.math.BigDecimal;
import java.util.UUID;
import java.util.function.Supplier;

/** The bodies of requests to {@code /api/accounts}. */
final class AccountRequest {

  /** @param ownerId null for an account without an owner */
  record Opening(String accountId, String ownerId, String currency) {

    /** @param ids generates ids for accounts whose client chose none */
    static Opening read(JsonFields fields, Supplier<UUID> ids) {
      return new Opening(fields.optionalId("accountId").orElseGet(() -> ids.get().toString()),
          fields.optionalId("ownerId").orElse(null), fields.currency("currency"));
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
