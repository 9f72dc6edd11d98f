package io.orderflow.account;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.orderflow.account.Account.Balance;
import io.orderflow.account.Account.Past;
import io.orderflow.eventsourcing.AggregateClient;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.eventsourcing.Aggregates;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Opens accounts and moves money to and from them.
 *
 * <p>A saga's call whose reference the account may have forgotten is repeated with what the journal and the archive know of that reference. So money
 * that was taken comes back however many operations came after it, and nothing is booked twice. Such a repeat reads all events of the account; it is
 * needed for an account with more saga operations than it remembers, for a call that comes that much later.
 */
public final class AccountService {

  private final AggregateClient<Account.Command, Account.Event, Account.State, Balance> accounts;

  /** Hosts accounts. */
  public AccountService(ActorSystem<?> system, Clock clock) {
    this(Aggregates.host(system, type(clock, remembered(system.settings().config().getConfig("orderflow.account")))));
  }

  AccountService(AggregateClient<Account.Command, Account.Event, Account.State, Balance> accounts) {
    this.accounts = accounts;
  }

  private static Account.Remembered remembered(Config account) {
    return new Account.Remembered(account.getInt("remembered-references"), account.getInt("remembered-saga-references"));
  }

  static AggregateType<Account.Command, Account.Event, Account.State, Balance> type(Clock clock, Account.Remembered remembered) {
    return AggregateType.<Account.Command, Account.Event, Account.State, Balance>of(Account.NAME, Account.Event.class,
        accountId -> new Account(accountId, clock, remembered)).withGroupCommit().withSnapshots();
  }

  /** Opens an account; rejected with ACCOUNT_EXISTS when it exists with another owner or currency. */
  CompletionStage<Balance> open(String accountId, String ownerId, String currency) {
    return accounts.ask(accountId, new Account.Open(ownerId, currency));
  }

  /** @param reference null when a repeat need not be recognised */
  CompletionStage<Balance> deposit(String accountId, BigDecimal amount, String reference) {
    return accounts.ask(accountId, new Account.Deposit(amount, reference));
  }

  /**
   * Takes money from an account; rejected with INSUFFICIENT_FUNDS.
   *
   * @param reference null when a repeat need not be recognised
   */
  CompletionStage<Balance> withdraw(String accountId, BigDecimal amount, String reference) {
    return accounts.ask(accountId, new Account.Withdraw(amount, reference));
  }

  /** The balance now; rejected with ACCOUNT_NOT_FOUND. */
  public CompletionStage<Balance> get(String accountId) {
    return accounts.ask(accountId, new Account.Get());
  }

  /** @param startedAt as in {@link Account.Pay} */
  public CompletionStage<Balance> pay(String accountId, Money amount, String reference, Instant validUntil, Instant startedAt) {
    return askOfSaga(accountId, reference, past -> new Account.Pay(amount, reference, validUntil, startedAt, past));
  }

  /** Gives back what was taken under the reference; nothing is taken under it later. */
  public CompletionStage<Balance> payBack(String accountId, String reference) {
    return askOfSaga(accountId, reference, past -> new Account.PayBack(reference, past));
  }

  CompletionStage<Balance> receive(String accountId, Money amount, String reference, Instant startedAt) {
    return askOfSaga(accountId, reference, past -> new Account.Receive(amount, reference, startedAt, past));
  }

  private CompletionStage<Balance> askOfSaga(String accountId, String reference, Function<Past, Account.Command> command) {
    return accounts.ask(accountId, command.apply(null)).exceptionallyCompose(failure -> {
      boolean forgotten = Rejection.in(failure).filter(refusal -> refusal.code().equals(Account.FORGOTTEN)).isPresent();
      return forgotten ? past(accountId, reference).thenCompose(past -> accounts.ask(accountId, command.apply(past)))
          : CompletableFuture.failedFuture(failure);
    });
  }

  private CompletionStage<Past> past(String accountId, String reference) {
    return accounts.fold(accountId, ReferenceSearch.of(reference), ReferenceSearch::next).thenApply(ReferenceSearch::past);
  }
}
