package io.orderflow.account;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.pattern.StatusReply;
import io.orderflow.account.Account.Balance;
import io.orderflow.account.Account.Kind;
import io.orderflow.account.Account.Operation;
import io.orderflow.account.Account.Past;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Prompt;
import io.orderflow.kernel.Refusal;
import io.orderflow.store.StoredEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * What sagas do to accounts. A call whose reference the account may have forgotten is repeated with what the journal and the archive have of it:
 * so money that was taken comes back however many operations came after it, and nothing is booked twice. That reads all of the account's
 * events, and is needed of an account with more operations of sagas than it remembers, for a call that comes that much later.
 */
public final class SagaAccounts {

  private static final Duration ASK = Duration.ofSeconds(4);

  /** How far the reading has come. */
  private record Reading(long balance, long sequence, Operation operation, Operation undoing) {

    private static final Reading NONE = new Reading(0, 0, null, null);

    private Reading next(Account.Event event, String reference) {
      if (event instanceof Account.Deposited deposited) {
        Reading after = after(balance + deposited.amount().minor());
        Operation done = after.done(Kind.DEPOSIT, deposited.amount(), event);
        return reference.equals(deposited.reference()) ? new Reading(after.balance, after.sequence, done, undoing)
            : Account.returnOf(reference).equals(deposited.reference()) ? new Reading(after.balance, after.sequence, operation, done) : after;
      }
      if (event instanceof Account.Withdrawn withdrawn) {
        Reading after = after(balance - withdrawn.amount().minor());
        return reference.equals(withdrawn.reference())
            ? new Reading(after.balance, after.sequence, after.done(Kind.WITHDRAWAL, withdrawn.amount(), event), undoing) : after;
      }
      Reading after = after(balance);
      return event instanceof Account.WithdrawalVoided voided && voided.reference().equals(reference)
          ? new Reading(balance, after.sequence, operation, new Operation(Kind.VOID, 0, balance, after.sequence, event.at().toEpochMilli())) : after;
    }

    private Reading after(long newBalance) {
      return new Reading(newBalance, sequence + 1, operation, undoing);
    }

    private Operation done(Kind kind, Money amount, Account.Event event) {
      return new Operation(kind, amount.minor(), balance, sequence, event.at().toEpochMilli());
    }
  }

  private final ClusterSharding sharding;
  private final StoredEvents stored;

  public SagaAccounts(ActorSystem<?> system) {
    this.sharding = ClusterSharding.get(system);
    this.stored = new StoredEvents(system);
  }

  /** @param startedAt as in {@link Account.Pay} */
  public CompletionStage<Balance> pay(String accountId, Money amount, String reference, Instant validUntil, Instant startedAt) {
    return ask(accountId, reference, (past, replyTo) -> new Account.Pay(amount, reference, validUntil, startedAt, past, replyTo));
  }

  /** Gives back what was taken under the reference; nothing is taken under it later. */
  public CompletionStage<Balance> payBack(String accountId, String reference) {
    return ask(accountId, reference, (past, replyTo) -> new Account.PayBack(reference, past, replyTo));
  }

  CompletionStage<Balance> receive(String accountId, Money amount, String reference, Instant startedAt) {
    return ask(accountId, reference, (past, replyTo) -> new Account.Receive(amount, reference, startedAt, past, replyTo));
  }

  private CompletionStage<Balance> ask(String accountId, String reference,
      BiFunction<Past, ActorRef<StatusReply<Balance>>, Account.Command> command) {
    return send(accountId, null, command).exceptionallyCompose(failure -> {
      boolean forgotten = Refusal.in(failure).filter(refusal -> refusal.code().equals(Account.FORGOTTEN)).isPresent();
      return forgotten ? past(accountId, reference).thenCompose(past -> send(accountId, past, command))
          : CompletableFuture.failedFuture(failure);
    });
  }

  private CompletionStage<Balance> send(String accountId, Past past, BiFunction<Past, ActorRef<StatusReply<Balance>>, Account.Command> command) {
    return Prompt.answer(sharding.entityRefFor(Account.KEY, accountId)
        .<Balance>askWithStatus(replyTo -> command.apply(past, replyTo), ASK));
  }

  private CompletionStage<Past> past(String accountId, String reference) {
    return stored.fold(Account.KEY.name() + "|" + accountId, Account.Event.class, Reading.NONE,
            (reading, event) -> reading.next(event, reference))
        .thenApply(read -> new Past(read.operation(), read.undoing(), read.sequence()));
  }
}
