package io.orderflow.account;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.typesafe.config.Config;
import io.orderflow.aggregate.Aggregate;
import io.orderflow.aggregate.Decision;
import io.orderflow.aggregate.GroupCommit;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Recent;
import io.orderflow.kernel.Refusal;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * An account of money in one currency: deposits and withdrawals, never below zero and never above {@link Money#MAX_MINOR}.
 *
 * <p>Operations are remembered by their reference, so that a repeat changes nothing: the last {@code remembered-references} of clients, and apart
 * from them the last {@code remembered-saga-references} of sagas. A client's reference has the form of an id; a saga's has a slash in it.
 * A client's repeat that was forgotten is a new operation. A saga's is not: where it may have been forgotten the account says so, and who calls
 * brings what the journal has of it ({@link Past}).
 */
public final class Account implements Aggregate<Account.Command, Account.Event, Account.State> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "account");

  /** The code of the refusal of a saga's call whose reference may have been forgotten: it is to be repeated with its {@link Past}. */
  static final String FORGOTTEN = "FORGOTTEN";
  /** How far the clocks of the nodes may be apart. */
  static final Duration CLOCKS_APART = Duration.ofSeconds(10);

  /** What a reference was used for. */
  public enum Kind { DEPOSIT, WITHDRAWAL, VOID }

  /**
   * What was done under a reference, in minor units, and what was answered.
   *
   * @param balance after it
   * @param sequence after it
   * @param at when, in milliseconds
   */
  public record Operation(Kind kind, long amount, long balance, long sequence, long at) {}

  /**
   * What the journal has of a saga's reference.
   *
   * @param operation what was done under it; null for nothing
   * @param undoing what undid that or barred it; null for nothing
   * @param readUpTo the number of the last event that was read
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Past(Operation operation, Operation undoing, long readUpTo) implements CborSerializable {}

  /** How many references are remembered of clients, and of sagas. */
  record Remembered(int ofClients, int ofSagas) {}

  /**
   * @param balance null while the account is not open
   * @param sequence the number of events so far
   * @param operations of clients, by reference
   * @param sagaOperations of sagas
   * @param forgottenUpTo the number of the last event whose operation of a saga was forgotten; 0 for none
   * @param forgottenAt when it happened, in milliseconds
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(String ownerId, Money balance, long sequence, Recent<Operation> operations, Recent<Operation> sagaOperations,
      long forgottenUpTo, long forgottenAt) implements CborSerializable {

    static final State NONE = new State(null, null, 0, Recent.none(), Recent.none(), 0, 0);

    Optional<Operation> find(String reference) {
      return (isOfSaga(reference) ? sagaOperations : operations).get(reference);
    }

    /** Whether a withdrawal under that reference was undone or must never be made. */
    boolean voided(String reference) {
      return undoing(reference).isPresent();
    }

    Optional<Operation> undoing(String reference) {
      return find(reference).filter(operation -> operation.kind() == Kind.VOID).or(() -> find(returnOf(reference)));
    }

    State open(String owner, String currency) {
      return new State(owner, Money.zero(currency), sequence + 1, operations, sagaOperations, forgottenUpTo, forgottenAt);
    }

    State after(Kind kind, Money amount, Money newBalance, String reference, Instant at, Remembered remembered) {
      Operation operation = new Operation(kind, amount.minor(), newBalance.minor(), sequence + 1, at.toEpochMilli());
      return with(newBalance, reference, operation, remembered);
    }

    State voiding(String reference, Instant at, Remembered remembered) {
      return with(balance, reference,
          new Operation(Kind.VOID, 0, balance == null ? 0 : balance.minor(), sequence + 1, at.toEpochMilli()), remembered);
    }

    private State with(Money newBalance, String reference, Operation operation, Remembered remembered) {
      if (reference == null) {
        return new State(ownerId, newBalance, sequence + 1, operations, sagaOperations, forgottenUpTo, forgottenAt);
      }
      if (!isOfSaga(reference)) {
        return new State(ownerId, newBalance, sequence + 1, operations.with(reference, operation, remembered.ofClients()), sagaOperations,
            forgottenUpTo, forgottenAt);
      }
      boolean forgets = sagaOperations.size() >= remembered.ofSagas() && sagaOperations.get(reference).isEmpty();
      Optional<Operation> forgotten = forgets ? sagaOperations.oldest().map(Recent.Entry::value) : Optional.empty();
      return new State(ownerId, newBalance, sequence + 1, operations, sagaOperations.with(reference, operation, remembered.ofSagas()),
          forgotten.map(Operation::sequence).orElse(forgottenUpTo), forgotten.map(Operation::at).orElse(forgottenAt));
    }
  }

  /**
   * What is answered.
   *
   * @param ownerId null when it has none
   * @param sequence the number of the account's last event at that time
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Balance(String accountId, String ownerId, Money balance, long sequence) implements CborSerializable {}

  public sealed interface Command extends Aggregate.Command {
    @Override
    ActorRef<StatusReply<Balance>> replyTo();
  }

  /** Opens it; again with the same values changes nothing. */
  public record Open(String ownerId, String currency, ActorRef<StatusReply<Balance>> replyTo) implements Command {}

  /** @param reference null when a repeat need not be recognised */
  public record Deposit(BigDecimal amount, String reference, ActorRef<StatusReply<Balance>> replyTo) implements Command {}

  /**
   * A deposit by a saga.
   *
   * @param reference the step's idempotency key
   * @param startedAt when the saga was started: of a saga that is younger than what was forgotten, nothing can have been forgotten
   * @param past null until the account asks for it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Receive(Money amount, String reference, Instant startedAt, Past past, ActorRef<StatusReply<Balance>> replyTo)
      implements Command {}

  /** @param reference null when a repeat need not be recognised */
  public record Withdraw(BigDecimal amount, String reference, ActorRef<StatusReply<Balance>> replyTo) implements Command {}

  /**
   * A withdrawal by a saga.
   *
   * @param reference the step's idempotency key
   * @param validUntil after it the withdrawal is refused: nobody waits for it any more
   * @param startedAt as in {@link Receive}; null where the caller knows that it has not called before, as far as it has recorded
   * @param past as in {@link Receive}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Pay(Money amount, String reference, Instant validUntil, Instant startedAt, Past past, ActorRef<StatusReply<Balance>> replyTo)
      implements Command {

    Pay(Money amount, String reference, Instant validUntil, ActorRef<StatusReply<Balance>> replyTo) {
      this(amount, reference, validUntil, null, null, replyTo);
    }
  }

  /**
   * Undoes the payment with that reference; one that never came is refused from now on.
   *
   * @param past as in {@link Receive}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PayBack(String reference, Past past, ActorRef<StatusReply<Balance>> replyTo) implements Command {

    PayBack(String reference, ActorRef<StatusReply<Balance>> replyTo) {
      this(reference, null, replyTo);
    }
  }

  public record Get(ActorRef<StatusReply<Balance>> replyTo) implements Command {}

  private enum Stop implements Command {
    INSTANCE;

    @Override
    public ActorRef<StatusReply<Balance>> replyTo() {
      return null;
    }
  }

  public sealed interface Event extends CborSerializable {
    /** When it happened. */
    Instant at();
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Opened(String ownerId, String currency, Instant at) implements Event {}

  /** Also what a payment's return is, with a reference made from the payment's. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Deposited(Money amount, String reference, Instant at) implements Event {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Withdrawn(Money amount, String reference, Instant at) implements Event {}

  /** A payment was taken back before it came. */
  public record WithdrawalVoided(String reference, Instant at) implements Event {}

  private final String accountId;
  private final Clock clock;
  private final Remembered remembered;

  /** Makes the node carry accounts. */
  public static void init(ActorSystem<?> system, Clock clock) {
    Config config = system.settings().config().getConfig("orderflow.account");
    Remembered remembered = new Remembered(config.getInt("remembered-references"), config.getInt("remembered-saga-references"));
    GroupCommit.init(system, KEY, Stop.INSTANCE, accountId -> new Account(accountId, clock, remembered));
  }

  Account(String accountId, Clock clock, Remembered remembered) {
    this.accountId = accountId;
    this.clock = clock;
    this.remembered = remembered;
  }

  @Override
  public State emptyState() {
    return State.NONE;
  }

  @Override
  public Decision<Event, State> decide(State account, Command command) {
    if (command instanceof PayBack back) {
      return account.balance() == null ? voidEarly(account, back) : payBack(account, back);
    }
    if (command instanceof Open open) {
      return account.balance() == null ? persist(new Opened(open.ownerId(), open.currency(), clock.instant()), open.replyTo())
          : openAgain(account, open);
    }
    if (account.balance() == null) {
      return Decision.reply(command.replyTo(), notFound());
    }
    if (command instanceof Deposit deposit) {
      return deposit(account, deposit);
    }
    if (command instanceof Receive receive) {
      return receive(account, receive);
    }
    if (command instanceof Withdraw withdraw) {
      return withdraw(account, withdraw);
    }
    if (command instanceof Pay pay) {
      return pay(account, pay);
    }
    return Decision.reply(command.replyTo(), now(account));
  }

  private Decision<Event, State> openAgain(State account, Open open) {
    boolean same = Objects.equals(account.ownerId(), open.ownerId()) && account.balance().currency().equals(open.currency());
    return Decision.reply(open.replyTo(), same ? now(account)
        : Refusal.conflict("ACCOUNT_EXISTS", "the account exists with another owner or currency").reply());
  }

  private Decision<Event, State> deposit(State account, Deposit deposit) {
    return inMoney(account, deposit.amount(), deposit.replyTo(), amount ->
        earlier(account, deposit.reference(), null, Kind.DEPOSIT, amount, deposit.replyTo())
            .orElseGet(() -> add(account, amount, deposit.reference(), deposit.replyTo())));
  }

  private Decision<Event, State> withdraw(State account, Withdraw withdraw) {
    return inMoney(account, withdraw.amount(), withdraw.replyTo(), amount ->
        earlier(account, withdraw.reference(), null, Kind.WITHDRAWAL, amount, withdraw.replyTo())
            .orElseGet(() -> take(account, amount, withdraw.reference(), withdraw.replyTo())));
  }

  private Decision<Event, State> receive(State account, Receive receive) {
    if (!account.balance().currency().equals(receive.amount().currency())) {
      return Decision.reply(receive.replyTo(), otherCurrency(account, receive.amount()));
    }
    if (mayBeForgotten(account, receive.reference(), receive.startedAt(), receive.past())) {
      return Decision.reply(receive.replyTo(), forgotten());
    }
    return earlier(account, receive.reference(), receive.past(), Kind.DEPOSIT, receive.amount(), receive.replyTo())
        .orElseGet(() -> add(account, receive.amount(), receive.reference(), receive.replyTo()));
  }

  private Decision<Event, State> pay(State account, Pay pay) {
    if (pay.startedAt() != null && mayBeForgotten(account, pay.reference(), pay.startedAt(), pay.past())) {
      return Decision.reply(pay.replyTo(), forgotten());
    }
    if (account.voided(pay.reference()) || past(account, pay.past(), Past::undoing).isPresent()) {
      return Decision.reply(pay.replyTo(), Refusal.conflict("VOIDED", "the payment was taken back").reply());
    }
    if (!account.balance().currency().equals(pay.amount().currency())) {
      return Decision.reply(pay.replyTo(), otherCurrency(account, pay.amount()));
    }
    Optional<Decision<Event, State>> earlier = earlier(account, pay.reference(), pay.past(), Kind.WITHDRAWAL, pay.amount(), pay.replyTo());
    if (earlier.isPresent()) {
      return earlier.get();
    }
    if (clock.instant().isAfter(pay.validUntil())) {
      return Decision.reply(pay.replyTo(), Refusal.unavailable("EXPIRED", "the payment came too late").reply());
    }
    return take(account, pay.amount(), pay.reference(), pay.replyTo());
  }

  private Decision<Event, State> payBack(State account, PayBack back) {
    Optional<Operation> undone = account.undoing(back.reference()).or(() -> past(account, back.past(), Past::undoing));
    if (undone.isPresent()) {
      return Decision.reply(back.replyTo(), then(account, undone.get()));
    }
    Optional<Operation> known = account.find(back.reference()).or(() -> past(account, back.past(), Past::operation));
    if (known.isEmpty() && mayBeForgotten(account, back.reference(), null, back.past())) {
      return Decision.reply(back.replyTo(), forgotten());
    }
    if (known.isEmpty()) {
      return persist(new WithdrawalVoided(back.reference(), clock.instant()), back.replyTo());
    }
    return known.get().kind() == Kind.WITHDRAWAL
        ? add(account, new Money(known.get().amount(), account.balance().currency()), returnOf(back.reference()), back.replyTo())
        : Decision.reply(back.replyTo(), reused());
  }

  /** Bars the payment although there is no account yet: it could be opened before the payment comes. */
  private Decision<Event, State> voidEarly(State none, PayBack back) {
    return none.voided(back.reference()) ? Decision.reply(back.replyTo(), notFound())
        : Decision.persist(new WithdrawalVoided(back.reference(), clock.instant()), back.replyTo(), still -> notFound());
  }

  private Decision<Event, State> add(State account, Money amount, String reference, ActorRef<StatusReply<Balance>> replyTo) {
    if (account.balance().minor() > Money.MAX_MINOR - amount.minor()) {
      return Decision.reply(replyTo, Refusal.conflict("BALANCE_LIMIT", "the balance would become too large").reply());
    }
    return persist(new Deposited(amount, reference, clock.instant()), replyTo);
  }

  private Decision<Event, State> take(State account, Money amount, String reference, ActorRef<StatusReply<Balance>> replyTo) {
    if (account.balance().lessThan(amount)) {
      return Decision.reply(replyTo, Refusal.conflict("INSUFFICIENT_FUNDS", "the balance is below the amount").reply());
    }
    return persist(new Withdrawn(amount, reference, clock.instant()), replyTo);
  }

  private Decision<Event, State> inMoney(State account, BigDecimal amount, ActorRef<StatusReply<Balance>> replyTo,
      Function<Money, Decision<Event, State>> decision) {
    Money money;
    try {
      money = Money.of(amount, account.balance().currency());
    } catch (IllegalArgumentException wrong) {
      return Decision.reply(replyTo, Refusal.field("amount", wrong.getMessage()).reply());
    }
    return money.minor() > 0 ? decision.apply(money)
        : Decision.reply(replyTo, Refusal.field("amount", "must be above zero").reply());
  }

  /** The answer to a repeat: that of then, or that the reference was used for something else. Empty when it is none. */
  private Optional<Decision<Event, State>> earlier(State account, String reference, Past past, Kind kind, Money amount,
      ActorRef<StatusReply<Balance>> replyTo) {
    return Optional.ofNullable(reference).flatMap(account::find).or(() -> past(account, past, Past::operation)).map(operation -> Decision.reply(replyTo,
        operation.kind() == kind && operation.amount() == amount.minor() ? then(account, operation) : reused()));
  }

  /** What was read of the past, unless more has been forgotten since: what undid it could be missing. */
  private static Optional<Operation> past(State account, Past past, Function<Past, Operation> of) {
    return Optional.ofNullable(past).filter(read -> read.readUpTo() >= account.forgottenUpTo()).map(of);
  }

  /**
   * Whether an operation under a saga's reference, which the account doesn't know, may have been forgotten.
   *
   * @param startedAt when the saga was started, by a clock that may be behind; null when that is not known
   */
  private static boolean mayBeForgotten(State account, String reference, Instant startedAt, Past past) {
    boolean looked = past != null && past.readUpTo() >= account.forgottenUpTo();
    boolean younger = startedAt != null && startedAt.minus(CLOCKS_APART).toEpochMilli() > account.forgottenAt();
    return account.forgottenUpTo() > 0 && isOfSaga(reference) && account.find(reference).isEmpty() && !looked && !younger;
  }

  private static boolean isOfSaga(String reference) {
    return reference.indexOf('/') >= 0;
  }

  private static StatusReply<Balance> otherCurrency(State account, Money amount) {
    return Refusal.unprocessable("CURRENCY_MISMATCH",
        "the account is in " + account.balance().currency() + ", not in " + amount.currency()).reply();
  }

  private static StatusReply<Balance> forgotten() {
    return Refusal.unavailable(FORGOTTEN, "the reference is not remembered and must be looked up").reply();
  }

  private Decision<Event, State> persist(Event event, ActorRef<StatusReply<Balance>> replyTo) {
    return Decision.persist(event, replyTo, this::now);
  }

  private StatusReply<Balance> now(State account) {
    return StatusReply.success(new Balance(accountId, account.ownerId(), account.balance(), account.sequence()));
  }

  private StatusReply<Balance> then(State account, Operation operation) {
    Money balance = new Money(operation.balance(), account.balance().currency());
    return StatusReply.success(new Balance(accountId, account.ownerId(), balance, operation.sequence()));
  }

  private static StatusReply<Balance> notFound() {
    return Refusal.notFound("ACCOUNT_NOT_FOUND", "there is no such account").reply();
  }

  private static StatusReply<Balance> reused() {
    return Refusal.unprocessable("REFERENCE_REUSED", "the reference was used for another operation or amount").reply();
  }

  /** The reference under which a payment's money comes back. */
  static String returnOf(String reference) {
    return reference + "/back";
  }

  @Override
  public State apply(State account, Event event) {
    return apply(account, event, remembered);
  }

  /** The account after the event, with so many references remembered. */
  static State apply(State account, Event event, Remembered remembered) {
    if (event instanceof Opened opened) {
      return account.open(opened.ownerId(), opened.currency());
    }
    if (event instanceof Deposited deposited) {
      return account.after(Kind.DEPOSIT, deposited.amount(), account.balance().plus(deposited.amount()), deposited.reference(),
          deposited.at(), remembered);
    }
    if (event instanceof Withdrawn withdrawn) {
      return account.after(Kind.WITHDRAWAL, withdrawn.amount(), account.balance().minus(withdrawn.amount()), withdrawn.reference(),
          withdrawn.at(), remembered);
    }
    return account.voiding(((WithdrawalVoided) event).reference(), event.at(), remembered);
  }
}
