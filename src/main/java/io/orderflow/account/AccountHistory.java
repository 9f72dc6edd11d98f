package io.orderflow.account;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.history.EventHistory;
import io.orderflow.history.EventHistory.Told;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.Problem;
import io.orderflow.kernel.Money;
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
  private final ClientPresence clients;
  private final EventHistory<Account.Event> events;

  public AccountHistory(ActorSystem<?> system) {
    this.system = system;
    this.clients = ClientPresence.of(system.classicSystem());
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

  /** The balance after the event of that number; fails with a problem when the account has not had so many. */
  CompletionStage<Account.Balance> atSequence(HttpRequest request, String accountId, long sequence) {
    return awaited(request, events.events(accountId, 1, sequence)).runFold(Account.State.NONE, AccountHistory::apply, system).thenApply(account -> {
      if (account.sequence() < sequence) {
        throw Problem.of(404, "EVENT_NOT_FOUND", "the account has had " + account.sequence() + " events").exception();
      }
      return balance(accountId, account);
    });
  }

  /** The balance after the last event that is not later than that time; fails with a problem when the account was not open yet. */
  CompletionStage<Account.Balance> at(HttpRequest request, String accountId, Instant time) {
    return awaited(request, events.events(accountId, 1, Long.MAX_VALUE)).runWith(stateAt(time), system)
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

  /** The events as long as the client is there to hear of them: an account may have had millions. */
  private <E> Source<E, NotUsed> awaited(HttpRequest request, Source<E, NotUsed> events) {
    SharedKillSwitch gone = KillSwitches.shared("client");
    Runnable served = clients.watch(request, gone::shutdown);
    return events.via(gone.flow()).watchTermination((none, done) -> {
      done.whenComplete((end, failure) -> served.run());
      return none;
    });
  }

  /** As the aggregate does it, but for the references, which no one asks the past for. */
  private static Account.State apply(Account.State account, Account.Event event) {
    return Account.apply(account, event, NOTHING);
  }

  private static Account.Balance balance(String accountId, Account.State account) {
    if (account.balance() == null) {
      throw Problem.of(404, "ACCOUNT_NOT_FOUND", "there was no such account then").exception();
    }
    return new Account.Balance(accountId, account.ownerId(), account.balance(), account.sequence());
  }
}
