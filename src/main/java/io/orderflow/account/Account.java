package io.orderflow.account;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.aggregate.Aggregate;
import io.orderflow.aggregate.Decision;
import io.orderflow.aggregate.GroupCommit;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Recent;
import io.orderflow.kernel.Refusal;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * An account of money in one currency: deposits and withdrawals, never below zero and never above {@link Money#MAX_MINOR}.
 *
 * <p>What was done under a reference is remembered for the last {@code orderflow.account.remembered-references} of them. A client's
 * reference has the form of an id; a saga's has a slash in it, so neither can stand in the other's way.
 */
public final class Account implements Aggregate<Account.Command, Account.Event, Account.State> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "account");

  /** What a reference was used for. */
  public enum Kind { DEPOSIT, WITHDRAWAL, VOID }

  /**
   * What was done under a reference, in minor units, and what was answered.
   *
   * @param balance after it
   * @param sequence after it
   */
  public record Operation(Kind kind, long amount, long balance, long sequence) {}

  /**
   * @param balance null while the account is not open
   * @param sequence the number of events so far
   * @param operations by reference
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(String ownerId, Money balance, long sequence, Recent<Operation> operations) implements CborSerializable {

    static final State NONE = new State(null, null, 0, Recent.none());

    /** Whether a withdrawal under that reference was undone or must never be made. */
    boolean voided(String reference) {
      return undoing(reference).isPresent();
    }

    Optional<Operation> undoing(String reference) {
      return operations.get(reference).filter(operation -> operation.kind() == Kind.VOID)
          .or(() -> operations.get(returnOf(reference)));
    }

    State open(String owner, String currency) {
      return new State(owner, Money.zero(currency), sequence + 1, operations);
    }

    State after(Kind kind, Money amount, Money newBalance, String reference, int remembered) {
      return new State(ownerId, newBalance, sequence + 1, reference == null ? operations : operations.with(reference,
          new Operation(kind, amount.minor(), newBalance.minor(), sequence + 1), remembered));
    }

    State voiding(String reference, int remembered) {
      return new State(ownerId, balance, sequence + 1, operations.with(reference,
          new Operation(Kind.VOID, 0, balance == null ? 0 : balance.minor(), sequence + 1), remembered));
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

  /** @param reference null when a repeat need not be recognised */
  public record Withdraw(BigDecimal amount, String reference, ActorRef<StatusReply<Balance>> replyTo) implements Command {}

  /**
   * A withdrawal by a saga.
   *
   * @param reference the step's idempotency key
   * @param validUntil after it the withdrawal is refused: nobody waits for it any more
   */
  public record Pay(Money amount, String reference, Instant validUntil, ActorRef<StatusReply<Balance>> replyTo) implements Command {}

  /** Undoes the payment with that reference; one that never came is refused from now on. */
  public record PayBack(String reference, ActorRef<StatusReply<Balance>> replyTo) implements Command {}

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
  private final int rememberedReferences;

  /** Makes the node carry accounts. */
  public static void init(ActorSystem<?> system, Clock clock) {
    int remembered = system.settings().config().getInt("orderflow.account.remembered-references");
    GroupCommit.init(system, KEY, Stop.INSTANCE, accountId -> new Account(accountId, clock, remembered));
  }

  Account(String accountId, Clock clock, int rememberedReferences) {
    this.accountId = accountId;
    this.clock = clock;
    this.rememberedReferences = rememberedReferences;
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
        earlier(account, deposit.reference(), Kind.DEPOSIT, amount, deposit.replyTo())
            .orElseGet(() -> add(account, amount, deposit.reference(), deposit.replyTo())));
  }

  private Decision<Event, State> withdraw(State account, Withdraw withdraw) {
    return inMoney(account, withdraw.amount(), withdraw.replyTo(), amount ->
        earlier(account, withdraw.reference(), Kind.WITHDRAWAL, amount, withdraw.replyTo())
            .orElseGet(() -> take(account, amount, withdraw.reference(), withdraw.replyTo())));
  }

  private Decision<Event, State> pay(State account, Pay pay) {
    if (account.voided(pay.reference())) {
      return Decision.reply(pay.replyTo(), Refusal.conflict("VOIDED", "the payment was taken back").reply());
    }
    if (!account.balance().currency().equals(pay.amount().currency())) {
      return Decision.reply(pay.replyTo(), Refusal.unprocessable("CURRENCY_MISMATCH",
          "the account is in " + account.balance().currency() + ", not in " + pay.amount().currency()).reply());
    }
    Optional<Decision<Event, State>> earlier = earlier(account, pay.reference(), Kind.WITHDRAWAL, pay.amount(), pay.replyTo());
    if (earlier.isPresent()) {
      return earlier.get();
    }
    if (clock.instant().isAfter(pay.validUntil())) {
      return Decision.reply(pay.replyTo(), Refusal.unavailable("EXPIRED", "the payment came too late").reply());
    }
    return take(account, pay.amount(), pay.reference(), pay.replyTo());
  }

  private Decision<Event, State> payBack(State account, PayBack back) {
    Optional<Operation> undone = account.undoing(back.reference());
    if (undone.isPresent()) {
      return Decision.reply(back.replyTo(), then(account, undone.get()));
    }
    Optional<Operation> known = account.operations().get(back.reference());
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
  private Optional<Decision<Event, State>> earlier(State account, String reference, Kind kind, Money amount,
      ActorRef<StatusReply<Balance>> replyTo) {
    return Optional.ofNullable(reference).flatMap(account.operations()::get).map(operation -> Decision.reply(replyTo,
        operation.kind() == kind && operation.amount() == amount.minor() ? then(account, operation) : reused()));
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
  private static String returnOf(String reference) {
    return reference + "/back";
  }

  @Override
  public State apply(State account, Event event) {
    return apply(account, event, rememberedReferences);
  }

  /** The account after the event, with so many references remembered. */
  static State apply(State account, Event event, int remembered) {
    if (event instanceof Opened opened) {
      return account.open(opened.ownerId(), opened.currency());
    }
    if (event instanceof Deposited deposited) {
      return account.after(Kind.DEPOSIT, deposited.amount(), account.balance().plus(deposited.amount()), deposited.reference(),
          remembered);
    }
    if (event instanceof Withdrawn withdrawn) {
      return account.after(Kind.WITHDRAWAL, withdrawn.amount(), account.balance().minus(withdrawn.amount()), withdrawn.reference(),
          remembered);
    }
    return account.voiding(((WithdrawalVoided) event).reference(), remembered);
  }
}
