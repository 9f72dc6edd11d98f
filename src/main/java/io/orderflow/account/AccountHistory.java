package io.orderflow.account;

import akka.actor.typed.ActorSystem;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.history.EventHistory;
import io.orderflow.history.EventHistory.Description;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Presents the events of an account to clients, and computes its past balances from them. */
public final class AccountHistory {

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Opening(String ownerId, String currency) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Movement(String amount, String currency, String reference) {
    static Movement of(Money amount, String reference) {
      return new Movement(amount.amount(), amount.currency(), reference);
    }
  }

  private record Reference(String reference) {}

  private static final Account.Remembered NOTHING = new Account.Remembered(1, 1);

  private final ActorSystem<?> system;
  private final EventHistory<Account.Event> events;

  public AccountHistory(ActorSystem<?> system) {
    this.system = system;
    this.events = new EventHistory<>(system, Account.NAME, Account.Event.class,
        page -> CompletableFuture.completedStage(AccountHistory::describe), Account.Event::at);
  }

  /** Reads the events of accounts. */
  public EventHistory<Account.Event> events() {
    return events;
  }

  private static Description describe(Account.Event event) {
    if (event instanceof Account.Opened opened) {
      return new Description("OPENED", new Opening(opened.ownerId(), opened.currency()));
    }
    if (event instanceof Account.Deposited deposited) {
      return new Description("DEPOSITED", Movement.of(deposited.amount(), deposited.reference()));
    }
    if (event instanceof Account.Withdrawn withdrawn) {
      return new Description("WITHDRAWN", Movement.of(withdrawn.amount(), withdrawn.reference()));
    }
    return new Description("WITHDRAWAL_VOIDED", new Reference(((Account.WithdrawalVoided) event).reference()));
  }

  /**
   * Computes the balance after the event with the sequence number. Rejected with EVENT_NOT_FOUND if the account has fewer events.
   *
   * @param stop ends the read early
   */
  CompletionStage<Account.Balance> atSequence(String accountId, long sequence, SharedKillSwitch stop) {
    return events.events(accountId, 1, sequence).via(stop.flow()).runFold(Account.State.NONE, AccountHistory::apply, system).thenApply(account -> {
      if (account.sequence() < sequence) {
        throw Rejection.notFound("EVENT_NOT_FOUND", "the account has only " + account.sequence() + " events").exception();
      }
      return balance(accountId, account);
    });
  }

  /**
   * Computes the balance at a time. Rejected with ACCOUNT_NOT_FOUND if the account was not open yet.
   *
   * @param stop ends the read early
   */
  CompletionStage<Account.Balance> at(String accountId, Instant time, SharedKillSwitch stop) {
    return events.events(accountId, 1, Long.MAX_VALUE).via(stop.flow()).runWith(stateAt(time), system)
        .thenApply(account -> balance(accountId, account));
  }

  /**
   * Computes the state after the last event that is not later than the time. Because the clocks of nodes differ, an event may have an earlier
   * time than its predecessor: the read ends only at an event that is later by more than {@link Account#MAX_CLOCK_SKEW}.
   */
  static Sink<Account.Event, CompletionStage<Account.State>> stateAt(Instant time) {
    return Flow.of(Account.Event.class).takeWhile(event -> !event.at().minus(Account.MAX_CLOCK_SKEW).isAfter(time))
        .toMat(Sink.fold(Reading.NONE, (reading, event) -> reading.after(event, time)), Keep.right())
        .mapMaterializedValue(reading -> reading.thenApply(Reading::atTime));
  }

  /**
   * An account's states while its events are read.
   *
   * @param latest after all events read so far
   * @param atTime after the last event that is not later than the requested time
   */
  private record Reading(Account.State latest, Account.State atTime) {

    private static final Reading NONE = new Reading(Account.State.NONE, Account.State.NONE);

    private Reading after(Account.Event event, Instant time) {
      Account.State next = apply(latest, event);
      return new Reading(next, event.at().isAfter(time) ? atTime : next);
    }
  }

  /** Applies an event like the aggregate, but remembers no references: a past balance does not need them. */
  private static Account.State apply(Account.State account, Account.Event event) {
    return Account.apply(account, event, NOTHING);
  }

  private static Account.Balance balance(String accountId, Account.State account) {
    if (account.balance() == null) {
      throw Rejection.notFound("ACCOUNT_NOT_FOUND", "the account did not exist at that time").exception();
    }
    return new Account.Balance(accountId, account.ownerId(), account.balance(), account.sequence());
  }
}
