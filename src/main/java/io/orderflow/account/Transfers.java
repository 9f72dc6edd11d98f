package io.orderflow.account;

import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Moves money between accounts, each movement once. */
public final class Transfers {

  private final AccountService accounts;

  public Transfers(AccountService accounts) {
    this.accounts = accounts;
  }

  /** Whether the recipient is there, has the currency and room for the money; only of the room there may be less by the time it comes. */
  CompletionStage<StepResult> check(StepCall<Transfer> call) {
    Transfer transfer = call.input();
    return refusable(accounts.get(transfer.to())
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
    return refusable(accounts.pay(transfer.from(), transfer.amount(), call.idempotencyKey(), call.validUntil(), call.startedAt())
        .thenApply(balance -> StepResult.done()));
  }

  /** Gives the money back, also when it is not known whether it was taken. */
  CompletionStage<StepResult> giveBack(StepCall<Transfer> call) {
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

  /** A refusal that repeating would not change is a result. */
  private static CompletionStage<StepResult> refusable(CompletionStage<StepResult> asked) {
    return asked.exceptionallyCompose(failure -> Rejection.in(failure)
        .filter(refusal -> refusal.kind() != Rejection.Kind.UNAVAILABLE && !refusal.code().equals("VOIDED"))
        .map(refusal -> StepResult.now(StepResult.refused(refusal.code(), refusal.detail())))
        .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }
}
