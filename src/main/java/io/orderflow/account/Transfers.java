package io.orderflow.account;

import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The actions and compensations of a transfer. Idempotent. */
public final class Transfers {

  private final AccountService accounts;

  public Transfers(AccountService accounts) {
    this.accounts = accounts;
  }

  /** Checks that the recipient exists, has the currency and can take the amount. Only the last can change before the deposit. */
  CompletionStage<StepResult> check(StepCall<Transfer> call) {
    Transfer transfer = call.input();
    return rejectable(accounts.get(transfer.to())
        .thenApply(recipient -> accepts(recipient.balance(), transfer.amount())));
  }

  private static StepResult accepts(Money balance, Money amount) {
    if (!balance.currency().equals(amount.currency())) {
      return StepResult.refused("CURRENCY_MISMATCH",
          "the recipient's account is in " + balance.currency() + ", not in " + amount.currency());
    }
    return balance.minor() > Money.MAX_MINOR - amount.minor()
        ? StepResult.refused("BALANCE_LIMIT", "the recipient's balance would become too large") : StepResult.done();
  }

  CompletionStage<StepResult> withdraw(StepCall<Transfer> call) {
    Transfer transfer = call.input();
    return rejectable(accounts.pay(transfer.from(), transfer.amount(), call.idempotencyKey(), call.validUntil(), call.startedAt(), transfer.payer())
        .thenApply(balance -> StepResult.done()));
  }

  /** Returns the amount. Also called when the outcome of the withdrawal is unknown. */
  CompletionStage<StepResult> undoWithdrawal(StepCall<Transfer> call) {
    return accounts.payBack(call.input().from(), call.idempotencyKey())
        .<StepResult>thenApply(balance -> StepResult.done())
        .exceptionallyCompose(failure -> Rejection.isNotFound(failure)
            ? StepResult.now(StepResult.done()) : CompletableFuture.failedFuture(failure));
  }

  CompletionStage<StepResult> deposit(StepCall<Transfer> call) {
    Transfer transfer = call.input();
    return accounts.receive(transfer.to(), transfer.amount(), call.idempotencyKey(), call.startedAt())
        .thenApply(balance -> StepResult.done());
  }

  /** Turns a rejection that a retry would not change into a result. */
  private static CompletionStage<StepResult> rejectable(CompletionStage<StepResult> asked) {
    return asked.exceptionallyCompose(failure -> Rejection.in(failure)
        .filter(rejection -> rejection.kind() != Rejection.Kind.UNAVAILABLE && !rejection.code().equals("VOIDED"))
        .map(rejection -> StepResult.now(StepResult.refused(rejection.code(), rejection.detail())))
        .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }
}
