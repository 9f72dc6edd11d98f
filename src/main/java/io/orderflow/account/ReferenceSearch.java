package io.orderflow.account;

import io.orderflow.account.Account.Kind;
import io.orderflow.account.Account.Operation;
import io.orderflow.account.Account.Past;
import io.orderflow.kernel.Money;

/**
 * Searches an account's events, from the first on, for the operations under one reference.
 *
 * @param balance the balance after the last event read, in minor units
 * @param sequence the sequence number of the last event read
 * @param operation the operation under the reference; null if none was found
 * @param undoing the operation that undid or barred it; null if none was found
 */
record ReferenceSearch(String reference, long balance, long sequence, Operation operation, Operation undoing) {

  static ReferenceSearch of(String reference) {
    return new ReferenceSearch(reference, 0, 0, null, null);
  }

  /** Continues the search with the next event. */
  ReferenceSearch next(Account.Event event) {
    if (event instanceof Account.Deposited deposited) {
      ReferenceSearch after = after(balance + deposited.amount().minor());
      Operation done = after.done(Kind.DEPOSIT, deposited.amount(), event);
      return reference.equals(deposited.reference()) ? after.with(done, undoing)
          : Account.returnOf(reference).equals(deposited.reference()) ? after.with(operation, done) : after;
    }
    if (event instanceof Account.Withdrawn withdrawn) {
      ReferenceSearch after = after(balance - withdrawn.amount().minor());
      return reference.equals(withdrawn.reference()) ? after.with(after.done(Kind.WITHDRAWAL, withdrawn.amount(), event), undoing) : after;
    }
    ReferenceSearch after = after(balance);
    return event instanceof Account.WithdrawalVoided voided && voided.reference().equals(reference)
        ? after.with(operation, new Operation(Kind.VOID, 0, balance, after.sequence, event.at().toEpochMilli())) : after;
  }

  /** The result. */
  Past past() {
    return new Past(operation, undoing, sequence);
  }

  private ReferenceSearch after(long newBalance) {
    return new ReferenceSearch(reference, newBalance, sequence + 1, operation, undoing);
  }

  private ReferenceSearch with(Operation found, Operation undoingFound) {
    return new ReferenceSearch(reference, balance, sequence, found, undoingFound);
  }

  private Operation done(Kind kind, Money amount, Account.Event event) {
    return new Operation(kind, amount.minor(), balance, sequence, event.at().toEpochMilli());
  }
}
