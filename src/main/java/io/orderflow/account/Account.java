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
 * A money account in one currency. The balance is never below zero and never above {@link Money#MAX_MINOR}.
 *
 * <p>Operations are idempotent by their reference, and those of clients by an idempotency key as well. The account remembers the last {@code remembered-references} references of clients and,
 * separately, the last {@code remembered-saga-references} of sagas. A client's reference has the form of an id; a saga's contains a slash.
 * A repeat whose reference was forgotten is a new operation if it comes from a client. It never is if it comes from a saga: if a saga's
 * reference may have been forgotten, the account rejects the command, and the caller repeats it with the reference's {@link Past}.
 */
public final class Account implements Aggregate<Account.Command, Account.Event, Account.State, Account.Balance> {

  /** The entity type of accounts in the journal. */
  public static final String NAME = "account";

  /** The code of the rejection of a saga's command whose reference may have been forgotten. The caller repeats it with its {@link Past}. */
  static final String FORGOTTEN = "FORGOTTEN";
  /** The greatest difference allowed between the clocks of two nodes. */
  static final Duration MAX_CLOCK_SKEW = Duration.ofSeconds(10);

  /** The kind of operation that a reference was used for. */
  public enum Kind { DEPOSIT, WITHDRAWAL, VOID }

  /**
   * An operation that was done under a reference, and its reply.
   *
   * @param amount in minor units
   * @param balance the balance after the operation, in minor units
   * @param sequence the sequence number of the operation's event
   * @param at the time of the operation, in epoch milliseconds
   * @param reference that the operation had beside the idempotency key that it is remembered by; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Operation(Kind kind, long amount, long balance, long sequence, long at, String reference) {

    public Operation(Kind kind, long amount, long balance, long sequence, long at) {
      this(kind, amount, balance, sequence, at, null);
    }

    Operation with(String otherReference) {
      return new Operation(kind, amount, balance, sequence, at, otherReference);
    }
  }

  /**
   * The operations under a saga's reference, as found in the journal and the archive.
   *
   * @param operation the operation under the reference; null if there is none
   * @param undoing the operation that undid or barred it; null if there is none
   * @param readUpTo the sequence number of the last event that was searched
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Past(Operation operation, Operation undoing, long readUpTo) {}

  /** The numbers of references remembered for clients and for sagas. */
  record Remembered(int ofClients, int ofSagas) {}

  /**
   * @param balance null if the account is not open
   * @param sequence the sequence number of the last event; 0 if there is none
   * @param operations the remembered operations of clients, by reference and by idempotency key
   * @param sagaOperations the remembered operations of sagas, by reference
   * @param forgottenUpTo the sequence number of the last forgotten operation of a saga; 0 if none was forgotten
   * @param forgottenAt the time of that operation, in epoch milliseconds
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(String ownerId, Money balance, long sequence, RecentCommands<Operation> operations, RecentCommands<Operation> sagaOperations,
      long forgottenUpTo, long forgottenAt) implements CborSerializable {

    static final State NONE = new State(null, null, 0, RecentCommands.none(), RecentCommands.none(), 0, 0);

    Optional<Operation> find(String reference) {
      return (isOfSaga(reference) ? sagaOperations : operations).get(reference);
    }

    /** Whether a withdrawal under the reference was undone, or is barred for ever. */
    boolean voided(String reference) {
      return undoing(reference).isPresent();
    }

    Optional<Operation> undoing(String reference) {
      return find(reference).filter(operation -> operation.kind() == Kind.VOID).or(() -> find(returnOf(reference)));
    }

    State open(String owner, String currency) {
      return new State(owner, Money.zero(currency), sequence + 1, operations, sagaOperations, forgottenUpTo, forgottenAt);
    }

    State after(Kind kind, Money amount, Money newBalance, String reference, String key, Instant at, Remembered remembered) {
      Operation operation = new Operation(kind, amount.minor(), newBalance.minor(), sequence + 1, at.toEpochMilli());
      State after = with(newBalance, reference, operation, remembered);
      return key == null ? after : after.rememberingKey(key, operation.with(reference), remembered);
    }

    private State rememberingKey(String key, Operation operation, Remembered remembered) {
      return new State(ownerId, balance, sequence, operations.with(key, operation, remembered.ofClients()), sagaOperations, forgottenUpTo,
          forgottenAt);
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
   * The reply to every command.
   *
   * @param ownerId null if the account has no owner
   * @param sequence the sequence number of the account's last event at that time
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Balance(String accountId, String ownerId, Money balance, long sequence) implements CborSerializable {}

  public sealed interface Command extends CborSerializable {}

  /** Opens the account. Idempotent for the same values. */
  public record Open(String ownerId, String currency) implements Command {}

  /**
   * @param reference null if repeats need not be recognised
   * @param key the request's idempotency key, which no reference can equal; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Deposit(BigDecimal amount, String reference, String key) implements Command {

    public Deposit(BigDecimal amount, String reference) {
      this(amount, reference, null);
    }
  }

  /**
   * A deposit by a saga.
   *
   * @param reference the step's idempotency key
   * @param startedAt when the saga started: if it started after the last forgotten operation, none of its own was forgotten
   * @param past null unless the account has asked for it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Receive(Money amount, String reference, Instant startedAt, Past past) implements Command {}

  /**
   * @param reference null if repeats need not be recognised
   * @param key as in {@link Deposit}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Withdraw(BigDecimal amount, String reference, String key) implements Command {

    public Withdraw(BigDecimal amount, String reference) {
      this(amount, reference, null);
    }
  }

  /**
   * A withdrawal by a saga.
   *
   * @param reference the step's idempotency key
   * @param validUntil the deadline, after which the withdrawal is rejected: its saga no longer waits for it
   * @param startedAt as in {@link Receive}; null if the caller has not recorded an earlier call
   * @param past as in {@link Receive}
   * @param payer the user who pays, and whose the account must be; null if it may be anybody's
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Pay(Money amount, String reference, Instant validUntil, Instant startedAt, Past past, String payer) implements Command {

    Pay(Money amount, String reference, Instant validUntil) {
      this(amount, reference, validUntil, null, null, null);
    }
  }

  /**
   * Undoes the payment under the reference. A payment that has not arrived yet is rejected from now on.
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
    /** The time of the event. */
    Instant at();
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Opened(String ownerId, String currency, Instant at) implements Event {}

  /**
   * A deposit, or the return of a payment under a reference derived from the payment's.
   *
   * @param key the idempotency key of the client's request; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Deposited(Money amount, String reference, Instant at, String key) implements Event {

    public Deposited(Money amount, String reference, Instant at) {
      this(amount, reference, at, null);
    }
  }

  /** @param key as in {@link Deposited} */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Withdrawn(Money amount, String reference, Instant at, String key) implements Event {

    public Withdrawn(Money amount, String reference, Instant at) {
      this(amount, reference, at, null);
    }
  }

  /** A payment was undone before it arrived. */
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
      return open ? payBack(account, back) : barPayment(account, back);
    }
    if (command instanceof Open opening) {
      return open ? reopen(account, opening) : accept(account, Money.zero(opening.currency()),
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
    return Decision.reply(current(account));
  }

  private Decision<Event, Balance> reopen(State account, Open open) {
    boolean same = Objects.equals(account.ownerId(), open.ownerId()) && account.balance().currency().equals(open.currency());
    return same ? Decision.reply(current(account))
        : Decision.reject(Rejection.conflict("ACCOUNT_EXISTS", "the account already exists with another owner or currency"));
  }

  private Decision<Event, Balance> deposit(State account, Deposit deposit) {
    return inAccountCurrency(account, deposit.amount(), amount ->
        replyToKey(account, deposit.key(), deposit.reference(), Kind.DEPOSIT, amount)
            .or(() -> replyToRepeat(account, deposit.reference(), null, Kind.DEPOSIT, amount))
            .orElseGet(() -> credit(account, amount, deposit.reference(), deposit.key())));
  }

  private Decision<Event, Balance> withdraw(State account, Withdraw withdraw) {
    return inAccountCurrency(account, withdraw.amount(), amount ->
        replyToKey(account, withdraw.key(), withdraw.reference(), Kind.WITHDRAWAL, amount)
            .or(() -> replyToRepeat(account, withdraw.reference(), null, Kind.WITHDRAWAL, amount))
            .orElseGet(() -> debit(account, amount, withdraw.reference(), withdraw.key())));
  }

  private Decision<Event, Balance> receive(State account, Receive receive) {
    if (!account.balance().currency().equals(receive.amount().currency())) {
      return Decision.reject(otherCurrency(account, receive.amount()));
    }
    if (mayBeForgotten(account, receive.reference(), receive.startedAt(), receive.past())) {
      return Decision.reject(forgotten());
    }
    return replyToRepeat(account, receive.reference(), receive.past(), Kind.DEPOSIT, receive.amount())
        .orElseGet(() -> credit(account, receive.amount(), receive.reference(), null));
  }

  private Decision<Event, Balance> pay(State account, Pay pay) {
    if (pay.payer() != null && !pay.payer().equals(account.ownerId())) {
      // As if it did not exist, so that nobody learns of others' accounts.
      return Decision.reject(notFound());
    }
    if (pay.startedAt() != null && mayBeForgotten(account, pay.reference(), pay.startedAt(), pay.past())) {
      return Decision.reject(forgotten());
    }
    if (account.voided(pay.reference()) || past(account, pay.past(), Past::undoing).isPresent()) {
      return Decision.reject(Rejection.conflict("VOIDED", "the payment was undone"));
    }
    if (!account.balance().currency().equals(pay.amount().currency())) {
      return Decision.reject(otherCurrency(account, pay.amount()));
    }
    Optional<Decision<Event, Balance>> repeat = replyToRepeat(account, pay.reference(), pay.past(), Kind.WITHDRAWAL, pay.amount());
    if (repeat.isPresent()) {
      return repeat.get();
    }
    return clock.instant().isAfter(pay.validUntil()) ? Decision.reject(Rejection.unavailable("EXPIRED", "the payment arrived after its deadline"))
        : debit(account, pay.amount(), pay.reference(), null);
  }

  private Decision<Event, Balance> payBack(State account, PayBack back) {
    Optional<Operation> undone = account.undoing(back.reference()).or(() -> past(account, back.past(), Past::undoing));
    if (undone.isPresent()) {
      return Decision.reply(after(account, undone.get()));
    }
    Optional<Operation> known = account.find(back.reference()).or(() -> past(account, back.past(), Past::operation));
    if (known.isEmpty()) {
      return mayBeForgotten(account, back.reference(), null, back.past()) ? Decision.reject(forgotten())
          : accept(account, account.balance(), account.ownerId(), new WithdrawalVoided(back.reference(), clock.instant()));
    }
    return known.get().kind() == Kind.WITHDRAWAL
        ? credit(account, new Money(known.get().amount(), account.balance().currency()), returnOf(back.reference()), null)
        : Decision.reject(reused());
  }

  /** Bars the payment although the account does not exist: it could be opened before the payment arrives. */
  private Decision<Event, Balance> barPayment(State none, PayBack back) {
    return none.voided(back.reference()) ? Decision.reject(notFound())
        : Decision.reject(new WithdrawalVoided(back.reference(), clock.instant()), notFound());
  }

  private Decision<Event, Balance> credit(State account, Money amount, String reference, String key) {
    return account.balance().minor() > Money.MAX_MINOR - amount.minor()
        ? Decision.reject(Rejection.conflict("BALANCE_LIMIT", "the balance would become too large"))
        : accept(account, account.balance().plus(amount), account.ownerId(), new Deposited(amount, reference, clock.instant(), key));
  }

  private Decision<Event, Balance> debit(State account, Money amount, String reference, String key) {
    return account.balance().lessThan(amount)
        ? Decision.reject(Rejection.conflict("INSUFFICIENT_FUNDS", "the balance is below the amount"))
        : accept(account, account.balance().minus(amount), account.ownerId(), new Withdrawn(amount, reference, clock.instant(), key));
  }

  private Decision<Event, Balance> accept(State account, Money newBalance, String ownerId, Event event) {
    return Decision.accept(event, new Balance(accountId, ownerId, newBalance, account.sequence() + 1));
  }

  private static Decision<Event, Balance> inAccountCurrency(State account, BigDecimal amount, Function<Money, Decision<Event, Balance>> decision) {
    Money money;
    try {
      money = Money.of(amount, account.balance().currency());
    } catch (IllegalArgumentException wrong) {
      return Decision.reject(Rejection.field("amount", wrong.getMessage()));
    }
    return money.minor() > 0 ? decision.apply(money) : Decision.reject(Rejection.field("amount", "must be above zero"));
  }

  /** The original reply for a repeated idempotency key; a rejection if the key belongs to another operation. Empty for a new key. */
  private Optional<Decision<Event, Balance>> replyToKey(State account, String key, String reference, Kind kind, Money amount) {
    return Optional.ofNullable(key).flatMap(account.operations()::get).map(operation -> operation.kind() == kind
        && operation.amount() == amount.minor() && Objects.equals(operation.reference(), reference)
            ? Decision.reply(after(account, operation)) : Decision.reject(Rejection.idempotencyKeyReused()));
  }

  /** The original reply for a repeated reference; a rejection if the reference was used for another operation. Empty for a new reference. */
  private Optional<Decision<Event, Balance>> replyToRepeat(State account, String reference, Past past, Kind kind, Money amount) {
    return Optional.ofNullable(reference).flatMap(account::find).or(() -> past(account, past, Past::operation)).map(operation ->
        operation.kind() == kind && operation.amount() == amount.minor() ? Decision.reply(after(account, operation)) : Decision.reject(reused()));
  }

  /** The operation found in the past, unless more has been forgotten since: the operation that undid it could be missing. */
  private static Optional<Operation> past(State account, Past past, Function<Past, Operation> of) {
    return Optional.ofNullable(past).filter(read -> read.readUpTo() >= account.forgottenUpTo()).map(of);
  }

  /**
   * Whether the account may have forgotten an operation under a saga's reference.
   *
   * @param startedAt when the saga started, by a clock that may be behind; null if unknown
   */
  private static boolean mayBeForgotten(State account, String reference, Instant startedAt, Past past) {
    boolean searched = past != null && past.readUpTo() >= account.forgottenUpTo();
    boolean younger = startedAt != null && startedAt.minus(MAX_CLOCK_SKEW).toEpochMilli() > account.forgottenAt();
    return account.forgottenUpTo() > 0 && isOfSaga(reference) && account.find(reference).isEmpty() && !searched && !younger;
  }

  private static boolean isOfSaga(String reference) {
    return reference.indexOf('/') >= 0;
  }

  private static Rejection otherCurrency(State account, Money amount) {
    return Rejection.unprocessable("CURRENCY_MISMATCH", "the account is in " + account.balance().currency() + ", not in " + amount.currency());
  }

  private static Rejection forgotten() {
    return Rejection.unavailable(FORGOTTEN, "the account may have forgotten this reference");
  }

  private Balance current(State account) {
    return new Balance(accountId, account.ownerId(), account.balance(), account.sequence());
  }

  private Balance after(State account, Operation operation) {
    return new Balance(accountId, account.ownerId(), new Money(operation.balance(), account.balance().currency()), operation.sequence());
  }

  static Rejection notFound() {
    return Rejection.notFound("ACCOUNT_NOT_FOUND", "there is no such account");
  }

  private static Rejection reused() {
    return Rejection.unprocessable("REFERENCE_REUSED", "the reference was used for another operation or amount");
  }

  /** The reference under which a payment is returned. */
  static String returnOf(String reference) {
    return reference + "/back";
  }

  @Override
  public State apply(State account, Event event) {
    return apply(account, event, remembered);
  }

  /** The state after the event, with at most the given numbers of references remembered. */
  static State apply(State account, Event event, Remembered remembered) {
    if (event instanceof Opened opened) {
      return account.open(opened.ownerId(), opened.currency());
    }
    if (event instanceof Deposited deposited) {
      return account.after(Kind.DEPOSIT, deposited.amount(), account.balance().plus(deposited.amount()), deposited.reference(),
          deposited.key(), deposited.at(), remembered);
    }
    if (event instanceof Withdrawn withdrawn) {
      return account.after(Kind.WITHDRAWAL, withdrawn.amount(), account.balance().minus(withdrawn.amount()), withdrawn.reference(),
          withdrawn.key(), withdrawn.at(), remembered);
    }
    return account.voiding(((WithdrawalVoided) event).reference(), event.at(), remembered);
  }
}
