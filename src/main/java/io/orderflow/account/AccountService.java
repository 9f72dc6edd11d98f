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
 * Opens accounts, deposits and withdraws.
 *
 * <p>If the account may have forgotten the reference of a saga's command, the command is repeated with the operations that the journal and the
 * archive hold under that reference. So a payment can be returned however many operations followed it, and no operation is booked twice. Such
 * a repeat reads all events of the account. It happens only when the account has had more saga operations since than it remembers.
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

  /** The same service on behalf of somebody, whom the events name. */
  AccountService as(String actor) {
    return actor == null ? this : new AccountService(accounts.as(actor));
  }

  private static Account.Remembered remembered(Config account) {
    return new Account.Remembered(account.getInt("remembered-references"), account.getInt("remembered-saga-references"));
  }

  static AggregateType<Account.Command, Account.Event, Account.State, Balance> type(Clock clock, Account.Remembered remembered) {
    return AggregateType.<Account.Command, Account.Event, Account.State, Balance>of(Account.NAME, Account.Event.class,
        accountId -> new Account(accountId, clock, remembered)).withSnapshots();
  }

  /** Opens an account. Rejected with ACCOUNT_EXISTS if it exists with another owner or currency. */
  CompletionStage<Balance> open(String accountId, String ownerId, String currency) {
    return accounts.ask(accountId, new Account.Open(ownerId, currency));
  }

  /**
   * Deposits an amount. Rejected with BALANCE_LIMIT.
   *
   * @param reference null if repeats need not be recognised
   * @param key as in {@link Account.Deposit}
   */
  CompletionStage<Balance> deposit(String accountId, BigDecimal amount, String reference, String key) {
    return accounts.ask(accountId, new Account.Deposit(amount, reference, key));
  }

  /**
   * Withdraws an amount. Rejected with INSUFFICIENT_FUNDS.
   *
   * @param reference null if repeats need not be recognised
   * @param key as in {@link Account.Deposit}
   */
  CompletionStage<Balance> withdraw(String accountId, BigDecimal amount, String reference, String key) {
    return accounts.ask(accountId, new Account.Withdraw(amount, reference, key));
  }

  /** Reads the current balance. Rejected with ACCOUNT_NOT_FOUND. */
  public CompletionStage<Balance> get(String accountId) {
    return accounts.ask(accountId, new Account.Get());
  }

  /**
   * Withdraws an amount for a saga.
   *
   * @param startedAt as in {@link Account.Pay}
   * @param payer as in {@link Account.Pay}
   */
  public CompletionStage<Balance> pay(String accountId, Money amount, String reference, Instant validUntil, Instant startedAt, String payer) {
    return askForSaga(accountId, reference, past -> new Account.Pay(amount, reference, validUntil, startedAt, past, payer));
  }

  /** Returns the payment under the reference, and bars a payment under it that has not arrived yet. */
  public CompletionStage<Balance> payBack(String accountId, String reference) {
    return askForSaga(accountId, reference, past -> new Account.PayBack(reference, past));
  }

  /** Deposits an amount for a saga. */
  CompletionStage<Balance> receive(String accountId, Money amount, String reference, Instant startedAt) {
    return askForSaga(accountId, reference, past -> new Account.Receive(amount, reference, startedAt, past));
  }

  private CompletionStage<Balance> askForSaga(String accountId, String reference, Function<Past, Account.Command> command) {
    return accounts.ask(accountId, command.apply(null)).exceptionallyCompose(failure -> {
      boolean forgotten = Rejection.in(failure).filter(rejection -> rejection.code().equals(Account.FORGOTTEN)).isPresent();
      return forgotten ? findPast(accountId, reference).thenCompose(past -> accounts.ask(accountId, command.apply(past)))
          : CompletableFuture.failedFuture(failure);
    });
  }

  private CompletionStage<Past> findPast(String accountId, String reference) {
    return accounts.fold(accountId, ReferenceSearch.of(reference), ReferenceSearch::next).thenApply(ReferenceSearch::past);
  }
}
