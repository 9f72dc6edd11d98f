package io.orderflow.account;

import com.fasterxml.jackson.annotation.JsonInclude;

/** The JSON of an account. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record AccountResponse(String accountId, String ownerId, String balance, String currency, long sequence) {

  static AccountResponse of(Account.Balance account) {
    return new AccountResponse(account.accountId(), account.ownerId(), account.balance().amount(), account.balance().currency(),
        account.sequence());
  }

  /** The response to a deposit or a withdrawal, without the owner. */
  static AccountResponse ofMovement(Account.Balance account) {
    return new AccountResponse(account.accountId(), null, account.balance().amount(), account.balance().currency(), account.sequence());
  }
}
