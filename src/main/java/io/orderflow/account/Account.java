package io.orderflow.account;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.eventsourcing.Aggregate;
import io.orderflow.eventsourcing.Decision;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.RecentCommands;
import io.orderflow.kernel.Rejection;
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
public final class Account implements Aggregate<Account.Command, Account.Event, Account.State, Account.Balance> {

  /** Under which accounts are stored. */
  public static final String NAME = "account";

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
  public record Past(Operation operation, Operation undoing, long readUpTo) {}

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
  public record State(String ownerId, Money balance, long sequence, RecentCommands<Operation> operations, RecentCommands<Operation> sagaOperations,
      long forgottenUpTo, long forgottenAt) implements CborSerializable {

    static final State NONE = new State(null, null, 0, RecentCommands.none(), RecentCommands.none(), 0, 0);

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
      Optional<Operation> forgotten = forgets ? sagaOperations.oldest().map(RecentCommands.Entry::value) : Optional.empty();
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

  public sealed interface Command extends CborSerializable {}

  /** Opens it; again with the same values changes nothing. */
  public record Open(String ownerId, String currency) implements Command {}

  /** @param reference null when a repeat need not be recognised */
  public record Deposit(BigDecimal amount, String reference) implements Command {}

  /**
   * A deposit by a saga.
   *
   * @param reference the step's idempotency key
   * @param startedAt when the saga was started: of a saga that is younger than what was forgotten, nothing can have been forgotten
   * @param past null until the account asks for it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Receive(Money amount, String reference, Instant startedAt, Past past) implements Command {}

  /** @param reference null when a repeat need not be recognised */
  public record Withdraw(BigDecimal amount, String reference) implements Command {}

  /**
   * A withdrawal by a saga.
   *
   * @param reference the step's idempotency key
   * @param validUntil after it the withdrawal is refused: nobody waits for it any more
   * @param startedAt as in {@link Receive}; null where the caller knows that it has not called before, as far as it has recorded
   * @param past as in {@link Receive}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Pay(Money amount, String reference, Instant validUntil, Instant startedAt, Past past) implements Command {

    Pay(Money amount, String reference, Instant validUntil) {
      this(amount, reference, validUntil, null, null);
    }
  }

  /**
   * Undoes the payment with that reference; one that never came is refused from now on.
   *
   * @param past as in {@link Receive}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PayBack(String reference, Past past) implements Command {

    PayBack(String reference) {
      this(reference, null);
    }
  }

  public record Get() implements Command {}

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

  Account(String accountId, Clock clock, Remembered remembered) {
    this.accountId = accountId;
    this.clock = clock;
    this.remembered = remembered;
  }

  @Override
  public State initialState() {
    return State.NONE;
  }

  @Override
  public Decision<Event, Balance> decide(State account, Command command) {
    boolean open = account.balance() != null;
    if (command instanceof PayBack back) {
      return open ? payBack(account, back) : voidEarly(account, back);
    }
    if (command instanceof Open opening) {
      return open ? openAgain(account, opening) : accept(account, Money.zero(opening.currency()),
          opening.ownerId(), new Opened(opening.ownerId(), opening.currency(), clock.instant()));
    }
    if (!open) {
      return Decision.reject(notFound());
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
    return Decision.reply(now(account));
  }

  private Decision<Event, Balance> openAgain(State account, Open open) {
    boolean same = Objects.equals(account.ownerId(), open.ownerId()) && account.balance().currency().equals(open.currency());
    return same ? Decision.reply(now(account))
        : Decision.reject(Rejection.conflict("ACCOUNT_EXISTS", "the account exists with another owner or currency"));
  }

  private Decision<Event, Balance> deposit(State account, Deposit deposit) {
    return inMoney(account, deposit.amount(), amount -> earlier(account, deposit.reference(), null, Kind.DEPOSIT, amount)
        .orElseGet(() -> add(account, amount, deposit.reference())));
  }

  private Decision<Event, Balance> withdraw(State account, Withdraw withdraw) {
    return inMoney(account, withdraw.amount(), amount -> earlier(account, withdraw.reference(), null, Kind.WITHDRAWAL, amount)
        .orElseGet(() -> take(account, amount, withdraw.reference())));
  }

  private Decision<Event, Balance> receive(State account, Receive receive) {
    if (!account.balance().currency().equals(receive.amount().currency())) {
      return Decision.reject(otherCurrency(account, receive.amount()));
    }
    if (mayBeForgotten(account, receive.reference(), receive.startedAt(), receive.past())) {
      return Decision.reject(forgotten());
    }
    return earlier(account, receive.reference(), receive.past(), Kind.DEPOSIT, receive.amount())
        .orElseGet(() -> add(account, receive.amount(), receive.reference()));
  }

  private Decision<Event, Balance> pay(State account, Pay pay) {
    if (pay.startedAt() != null && mayBeForgotten(account, pay.reference(), pay.startedAt(), pay.past())) {
      return Decision.reject(forgotten());
    }
    if (account.voided(pay.reference()) || past(account, pay.past(), Past::undoing).isPresent()) {
      return Decision.reject(Rejection.conflict("VOIDED", "the payment was taken back"));
    }
    if (!account.balance().currency().equals(pay.amount().currency())) {
      return Decision.reject(otherCurrency(account, pay.amount()));
    }
    Optional<Decision<Event, Balance>> earlier = earlier(account, pay.reference(), pay.past(), Kind.WITHDRAWAL, pay.amount());
    if (earlier.isPresent()) {
      return earlier.get();
    }
    return clock.instant().isAfter(pay.validUntil()) ? Decision.reject(Rejection.unavailable("EXPIRED", "the payment came too late"))
        : take(account, pay.amount(), pay.reference());
  }

  private Decision<Event, Balance> payBack(State account, PayBack back) {
    Optional<Operation> undone = account.undoing(back.reference()).or(() -> past(account, back.past(), Past::undoing));
    if (undone.isPresent()) {
      return Decision.reply(then(account, undone.get()));
    }
    Optional<Operation> known = account.find(back.reference()).or(() -> past(account, back.past(), Past::operation));
    if (known.isEmpty()) {
      return mayBeForgotten(account, back.reference(), null, back.past()) ? Decision.reject(forgotten())
          : accept(account, account.balance(), account.ownerId(), new WithdrawalVoided(back.reference(), clock.instant()));
    }
    return known.get().kind() == Kind.WITHDRAWAL
        ? add(account, new Money(known.get().amount(), account.balance().currency()), returnOf(back.reference()))
        : Decision.reject(reused());
  }

  /** Bars the payment although there is no account yet: it could be opened before the payment comes. */
  private Decision<Event, Balance> voidEarly(State none, PayBack back) {
    return none.voided(back.reference()) ? Decision.reject(notFound())
        : Decision.reject(new WithdrawalVoided(back.reference(), clock.instant()), notFound());
  }

  private Decision<Event, Balance> add(State account, Money amount, String reference) {
    return account.balance().minor() > Money.MAX_MINOR - amount.minor()
        ? Decision.reject(Rejection.conflict("BALANCE_LIMIT", "the balance would become too large"))
        : accept(account, account.balance().plus(amount), account.ownerId(), new Deposited(amount, reference, clock.instant()));
  }

  private Decision<Event, Balance> take(State account, Money amount, String reference) {
    return account.balance().lessThan(amount)
        ? Decision.reject(Rejection.conflict("INSUFFICIENT_FUNDS", "the balance is below the amount"))
        : accept(account, account.balance().minus(amount), account.ownerId(), new Withdrawn(amount, reference, clock.instant()));
  }

  private Decision<Event, Balance> accept(State account, Money newBalance, String ownerId, Event event) {
    return Decision.accept(event, new Balance(accountId, ownerId, newBalance, account.sequence() + 1));
  }

  private static Decision<Event, Balance> inMoney(State account, BigDecimal amount, Function<Money, Decision<Event, Balance>> decision) {
    Money money;
    try {
      money = Money.of(amount, account.balance().currency());
    } catch (IllegalArgumentException wrong) {
      return Decision.reject(Rejection.field("amount", wrong.getMessage()));
    }
    return money.minor() > 0 ? decision.apply(money) : Decision.reject(Rejection.field("amount", "must be above zero"));
  }

  /** The original reply for a repeated reference; a rejection if the reference was used for another operation. Empty for a new reference. */
  private Optional<Decision<Event, Balance>> earlier(State account, String reference, Past past, Kind kind, Money amount) {
    return Optional.ofNullable(reference).flatMap(account::find).or(() -> past(account, past, Past::operation)).map(operation ->
        operation.kind() == kind && operation.amount() == amount.minor() ? Decision.reply(then(account, operation)) : Decision.reject(reused()));
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

  private static Rejection otherCurrency(State account, Money amount) {
    return Rejection.unprocessable("CURRENCY_MISMATCH", "the account is in " + account.balance().currency() + ", not in " + amount.currency());
  }

  private static Rejection forgotten() {
    return Rejection.unavailable(FORGOTTEN, "the reference is not remembered and must be looked up");
  }

  private Balance now(State account) {
    return new Balance(accountId, account.ownerId(), account.balance(), account.sequence());
  }

  private Balance then(State account, Operation operation) {
    return new Balance(accountId, account.ownerId(), new Money(operation.balance(), account.balance().currency()), operation.sequence());
  }

  private static Rejection notFound() {
    return Rejection.notFound("ACCOUNT_NOT_FOUND", "there is no such account");
  }

  private static Rejection reused() {
    return Rejection.unprocessable("REFERENCE_REUSED", "the reference was used for another operation or amount");
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
