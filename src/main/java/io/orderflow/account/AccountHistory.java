package io.orderflow.account;

import akka.actor.typed.ActorSystem;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.history.EventHistory;
import io.orderflow.history.EventHistory.Told;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** What happened to an account, and what its balance was then. */
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
    this.events = new EventHistory<>(system, Account.NAME, Account.Event.class, AccountHistory::told, Account.Event::at);
  }

  /** Its events. */
  public EventHistory<Account.Event> events() {
    return events;
  }

  private static Told told(Account.Event event) {
    if (event instanceof Account.Opened opened) {
      return new Told("OPENED", new Opening(opened.ownerId(), opened.currency()));
    }
    if (event instanceof Account.Deposited deposited) {
      return new Told("DEPOSITED", Movement.of(deposited.amount(), deposited.reference()));
    }
    if (event instanceof Account.Withdrawn withdrawn) {
      return new Told("WITHDRAWN", Movement.of(withdrawn.amount(), withdrawn.reference()));
    }
    return new Told("WITHDRAWAL_VOIDED", new Reference(((Account.WithdrawalVoided) event).reference()));
  }

  /**
   * The balance after the event of that number; rejected with EVENT_NOT_FOUND when the account has not had so many.
   *
   * @param stop ends the read early
   */
  CompletionStage<Account.Balance> atSequence(String accountId, long sequence, SharedKillSwitch stop) {
    return events.events(accountId, 1, sequence).via(stop.flow()).runFold(Account.State.NONE, AccountHistory::apply, system).thenApply(account -> {
      if (account.sequence() < sequence) {
        throw Rejection.notFound("EVENT_NOT_FOUND", "the account has had " + account.sequence() + " events").exception();
      }
      return balance(accountId, account);
    });
  }

  /**
   * The balance after the last event that is not later than that time; rejected with ACCOUNT_NOT_FOUND when the account was not open yet.
   *
   * @param stop ends the read early
   */
  CompletionStage<Account.Balance> at(String accountId, Instant time, SharedKillSwitch stop) {
    return events.events(accountId, 1, Long.MAX_VALUE).via(stop.flow()).runWith(stateAt(time), system)
        .thenApply(account -> balance(accountId, account));
  }

  /**
   * The account after the last event that is not later than that time. Clocks of nodes differ, so that an event may be older than the one before
   * it: the reading ends only at an event that is later by more than that.
   */
  static Sink<Account.Event, CompletionStage<Account.State>> stateAt(Instant time) {
    return Flow.of(Account.Event.class).takeWhile(event -> !event.at().minus(Account.CLOCKS_APART).isAfter(time))
        .toMat(Sink.fold(Reading.NONE, (reading, event) -> reading.after(event, time)), Keep.right())
        .mapMaterializedValue(reading -> reading.thenApply(Reading::then));
  }

  /**
   * An account while its events are read.
   *
   * @param all after all events that were read
   * @param then after the last one that is not too late
   */
  private record Reading(Account.State all, Account.State then) {

    private static final Reading NONE = new Reading(Account.State.NONE, Account.State.NONE);

    private Reading after(Account.Event event, Instant time) {
      Account.State next = apply(all, event);
      return new Reading(next, event.at().isAfter(time) ? then : next);
    }
  }

  /** As the aggregate does it, but for the references, which no one asks the past for. */
  private static Account.State apply(Account.State account, Account.Event event) {
    return Account.apply(account, event, NOTHING);
  }

  private static Account.Balance balance(String accountId, Account.State account) {
    if (account.balance() == null) {
      throw Rejection.notFound("ACCOUNT_NOT_FOUND", "there was no such account then").exception();
    }
    return new Account.Balance(accountId, account.ownerId(), account.balance(), account.sequence());
  }
}
