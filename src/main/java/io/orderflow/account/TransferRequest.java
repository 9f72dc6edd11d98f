package io.orderflow.account;

import io.orderflow.http.JsonFields;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * The body of a request for a transfer.
 *
 * @param amount in the currency of the account it is withdrawn from
 * @param reference empty if repeats need not be recognised
 */
record TransferRequest(String to, BigDecimal amount, Optional<String> reference) {

  static TransferRequest read(JsonFields fields) {
    return new TransferRequest(fields.id("to"), fields.amount("amount"), fields.optionalId("reference"));
  }
}
