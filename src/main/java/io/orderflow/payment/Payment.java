package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.Recovery;
import com.typesafe.config.Config;
import io.orderflow.eventsourcing.ShardedEntities;
import io.orderflow.eventsourcing.Supervision;
import io.orderflow.journal.ManifestAdapter;
import io.orderflow.journal.NoSnapshots;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Failures;
import io.orderflow.kernel.Rejection;
import io.orderflow.payment.PaymentState.Due;
import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The payment of one order, under the order's id. It asks where the money is, and records what the answer was. What can't be asked now
 * is put on record as queued, and asked when {@link PaymentQueue} says that it is its turn.
 *
 * <p>A call whose answer is lost is repeated under the same key, which charges no one twice. A refund is final, also when it comes
 * before the charge or while one is under way: the source of the money refuses the charge then. One that is queued is as good as made
 * until it is given up, which the saga and the operators are told.
 *
 * <p>A payment that fails makes pauses that grow ({@link PaymentPauses}). While nobody succeeds it keeps its place in the queue, since the
 * provider may be down. Once it fails although the source has answered another payment since its last failure, it is postponed: others no
 * longer wait for it, and its failures are not held against the provider.
 */
public final class Payment extends EventSourcedBehavior<Payment.Command, PaymentEvent, PaymentState> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "payment");

  public sealed interface Command extends CborSerializable {}

  /** Takes the money once. Answers when it is taken or declined, and after a while while it is queued; fails when nothing is known. */
  public record Charge(Due due, ActorRef<StatusReply<PaymentState>> replyTo) implements Command {}

  /** Gives the money back, and makes sure that none is taken later. Answers when that is done or queued. */
  public record Refund(Due due, ActorRef<StatusReply<PaymentState>> replyTo) implements Command {}

  /**
   * Its turn has come: makes the call that it waits for.
   *
   * @param lastAnswered when the source last answered another payment, as far as the queue knows; may be null
   */
  public record TakeTurn(Instant lastAnswered, ActorRef<AttemptOutcome> replyTo) implements Command {}

  public record Get(ActorRef<StatusReply<PaymentState>> replyTo) implements Command {}

  /** Tells it to leave memory, when the write under way has succeeded or failed. */
  enum Stop implements Command { INSTANCE }

  record Answered(Operation operation, Due due, Object result, Throwable failure) implements Command {}

  enum HeldLongEnough implements Command { INSTANCE }

  /** How a turn went. */
  public enum AttemptOutcome implements CborSerializable {
    /** The source has decided: it waits no longer. */
    SETTLED,
    /** It waits no longer, and no call was made. */
    OVER,
    /** The breaker of its node did not let the call through. */
    NOT_CALLED,
    /** The provider failed, and may be down. */
    FAILED,
    /** It fails while others succeed, or its pause is not over. */
    POSTPONED,
    /** Its refund was given up. */
    GIVEN_UP
  }

  /**
   * @param deadline how long it may wait to be charged
   * @param refundDeadline how long a refund may fail before it is given up
   * @param hold how long a caller waits for one that is queued before it is told so
   */
  record Patience(Duration deadline, Duration refundDeadline, Duration hold, PaymentPauses pauses) {}

  static final String TIMEOUT = "PAYMENT_TIMEOUT";
  private static final String DECLINED = "PAYMENT_DECLINED";
  /** A refund that was refused is given up at the fifth failure, some ten seconds after the first: refusals seldom change by themselves. */
  private static final int REFUSED_CALLS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(Payment.class);

  private final String orderId;
  private final PaymentSource source;
  private final Clock clock;
  private final Runnable leave;
  private final Patience patience;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;

  private final List<ActorRef<StatusReply<PaymentState>>> awaitingCharge = new ArrayList<>();
  private final List<ActorRef<StatusReply<PaymentState>>> awaitingRefund = new ArrayList<>();
  private final List<ActorRef<AttemptOutcome>> awaitingTurn = new ArrayList<>();
  private boolean charging;
  private boolean refunding;
  /** Calls that failed and left no event, as an account's do: the saga repeats those. */
  private int failedCalls;
  /** When the source last answered another payment, as the queue told it. */
  private Instant answeredElsewhere = Instant.MIN;

  /** Makes the node carry payments, taken from that source. */
  public static void init(ActorSystem<?> system, PaymentSource source, Clock clock) {
    Config payment = system.settings().config().getConfig("orderflow.payment");
    Patience patience = new Patience(payment.getDuration("deadline"), payment.getDuration("refund-deadline"), Duration.ofSeconds(3),
        PaymentPauses.of(payment));
    ClusterSharding.get(system).init(
        ShardedEntities.shortLived(system, KEY, Stop.INSTANCE, (orderId, leave) -> create(orderId, source, patience, clock, leave)));
  }

  /** @param leave what to do when it is settled and no call is under way */
  static Behavior<Command> create(String orderId, PaymentSource source, Patience patience, Clock clock, Runnable leave) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new Payment(orderId, source, patience, clock, leave, context, timers)));
  }

  private Payment(String orderId, PaymentSource source, Patience patience, Clock clock, Runnable leave, ActorContext<Command> context,
      TimerScheduler<Command> timers) {
    super(PersistenceId.of(KEY.name(), orderId),
        Supervision.RECOVER);
    this.orderId = orderId;
    this.source = source;
    this.patience = patience;
    this.clock = clock;
    this.leave = leave;
    this.context = context;
    this.timers = timers;
  }

  @Override
  public PaymentState emptyState() {
    return PaymentState.NONE;
  }

  @Override
  public CommandHandler<Command, PaymentEvent, PaymentState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState()
        .onCommand(Charge.class, this::charge)
        .onCommand(Refund.class, this::refund)
        .onCommand(TakeTurn.class, this::takeTurn)
        .onCommand(Answered.class, this::answered)
        .onCommand(HeldLongEnough.class, this::heldLongEnough)
        .onCommand(Stop.class, stop -> Effect().stop())
        .onCommand(Get.class, (payment, get) -> Effect().none().thenReply(get.replyTo(), same -> same.status() == null
            ? Rejection.notFound("PAYMENT_NOT_FOUND", "there is no payment for this order").reply() : StatusReply.success(same)))
        .build();
  }

  private Effect<PaymentEvent, PaymentState> charge(PaymentState payment, Charge charge) {
    if (payment.status() != null && !payment.waitsForCharge()) {
      return Effect().none().thenReply(charge.replyTo(), Payment::afterCharge);
    }
    awaitingCharge.add(charge.replyTo());
    if (payment.waitsForCharge()) {
      hold();
      return isTooLate(payment) ? giveUp(payment) : Effect().none();
    }
    if (!charging && !source.takesCharges(charge.due().method())) {
      return queue(Operation.CHARGE, charge.due(), 0, null);
    }
    call(Operation.CHARGE, charge.due(), false);
    return Effect().none();
  }

  private Effect<PaymentEvent, PaymentState> refund(PaymentState payment, Refund refund) {
    // A declined payment is asked for too: an earlier attempt of it may still be on its way.
    if (payment.refundIsSure()) {
      return Effect().none().thenReply(refund.replyTo(), StatusReply::success);
    }
    awaitingRefund.add(refund.replyTo());
    if (!refunding && !source.takesRefunds(refund.due().method())) {
      return queue(Operation.REFUND, refund.due(), 0, null);
    }
    call(Operation.REFUND, refund.due(), payment.status() == Status.REFUND_FAILED);
    return Effect().none();
  }

  private Effect<PaymentEvent, PaymentState> takeTurn(PaymentState payment, TakeTurn turn) {
    if (payment.status() != Status.QUEUED) {
      return Effect().none().thenRun(same -> turn.replyTo().tell(endOf(same)));
    }
    if (turn.lastAnswered() != null && turn.lastAnswered().isAfter(answeredElsewhere)) {
      answeredElsewhere = turn.lastAnswered();
    }
    boolean othersSucceed = othersSucceed(payment);
    // Nobody knew whether the provider was down when it failed, and now it is known to work: that pause is over.
    boolean released = othersSucceed && !payment.postponed();
    if (!isTooLate(payment) && !released && patience.pauses().lasts(payment.notBefore(), clock.instant())) {
      return Effect().none().thenRun(same -> turn.replyTo().tell(AttemptOutcome.POSTPONED));
    }
    awaitingTurn.add(turn.replyTo());
    if (isTooLate(payment)) {
      return giveUp(payment);
    }
    call(payment.waitsFor(), payment.due(), payment.postponed() || othersSucceed);
    return Effect().none();
  }

  /** Whether the source has answered another payment since this one last failed. */
  private boolean othersSucceed(PaymentState payment) {
    return payment.failedAt() != null && (answeredElsewhere.isAfter(payment.failedAt())
        || source.hasAnsweredSince(payment.failedAt(), payment.due().method()));
  }

  /** Makes the call unless it is under way already. */
  private void call(Operation operation, Due due, boolean suspect) {
    if (operation == Operation.CHARGE && !charging) {
      charging = true;
      context.pipeToSelf(source.charge(due.key(), orderId, due.amount(), due.method(), suspect),
          (result, failure) -> new Answered(operation, due, result, failure));
    } else if (operation == Operation.REFUND && !refunding) {
      refunding = true;
      context.pipeToSelf(source.refund(due.key(), due.method(), suspect),
          (result, failure) -> new Answered(operation, due, result, failure));
    }
  }

  private Effect<PaymentEvent, PaymentState> answered(PaymentState payment, Answered answer) {
    boolean ofCharge = answer.operation() == Operation.CHARGE;
    charging = charging && !ofCharge;
    refunding = refunding && ofCharge;
    boolean late = ofCharge ? payment.status() != null && !payment.waitsForCharge() : payment.status() == Status.REFUNDED;
    if (late) {
      return Effect().none().thenRun(this::tellWhatIsKnown);
    }
    if (answer.result() == null) {
      return failed(payment, answer);
    }
    int attempts = payment.attempts() + failedCalls + 1;
    Due due = answer.due();
    if (!ofCharge) {
      return settle(new PaymentEvent.Refunded(due.method(), due.amount(), due.key(), payment.queuedAt(), clock.instant()));
    }
    if (answer.result() instanceof ChargeResult.Charged charged) {
      return settle(new PaymentEvent.Charged(due.method(), due.amount(), due.key(), charged.transactionId(), attempts,
          payment.queuedAt(), clock.instant()));
    }
    if (answer.result() instanceof ChargeResult.Declined declined) {
      return settle(decline(payment, due, declined.code(), declined.reason(), attempts));
    }
    // Refunded under our key, before this incarnation could learn of it.
    return settle(new PaymentEvent.Refunded(due.method(), due.amount(), due.key(), payment.queuedAt(), clock.instant()));
  }

  private Effect<PaymentEvent, PaymentState> failed(PaymentState payment, Answered answer) {
    Throwable cause = Failures.cause(answer.failure());
    String message = String.valueOf(cause.getMessage());
    if (!(cause instanceof ProviderFailure) && payment.waitsFor() != answer.operation()) {
      failedCalls += answer.operation() == Operation.CHARGE ? 1 : 0;
      return Effect().none().thenRun(same -> fail(answer.operation(), message));
    }
    // A defect of our own must not keep the queue waiting either.
    ProviderFailure failure = cause instanceof ProviderFailure known ? known
        : new ProviderFailure(ProviderFailure.Kind.IN_DOUBT, ProviderText.clean(message));
    boolean called = failure.kind() != ProviderFailure.Kind.NOT_CALLED;
    boolean ofCharge = answer.operation() == Operation.CHARGE;
    boolean notAccepted = failure.kind() == ProviderFailure.Kind.NOT_ACCEPTED;
    int attempts = payment.attempts() + (called ? 1 : 0);
    if (notAccepted && ofCharge) {
      return settle(decline(payment, answer.due(), DECLINED, message, attempts));
    }
    if (payment.waitsFor() == answer.operation()) {
      return called ? failedAgain(payment, failure, attempts) : Effect().none().thenRun(same -> tellTurn(AttemptOutcome.NOT_CALLED));
    }
    if (notAccepted) {
      return payment.status() == Status.REFUND_FAILED ? Effect().none().thenRun(same -> fail(Operation.REFUND, message))
          : giveUpRefund(answer.due(), message, attempts);
    }
    return queue(answer.operation(), answer.due(), ofCharge ? attempts : called ? 1 : 0, message);
  }

  /** The call of one that waits failed once more. */
  private Effect<PaymentEvent, PaymentState> failedAgain(PaymentState payment, ProviderFailure failure, int attempts) {
    Instant now = clock.instant();
    int failures = payment.failures() + 1;
    boolean postponed = payment.postponed() || failure.kind() == ProviderFailure.Kind.NOT_ACCEPTED || othersSucceed(payment);
    if (payment.waitsForRefund() && failures >= REFUSED_CALLS
        && (failure.refused() || !payment.queuedAt().plus(patience.refundDeadline()).isAfter(now))) {
      return giveUpRefund(payment.due(), failure.getMessage(), attempts);
    }
    Instant next = now.plus(patience.pauses().after(failures, postponed));
    Instant deadline = payment.queuedAt().plus(patience.deadline());
    Instant notBefore = payment.waitsForCharge() && deadline.isBefore(next) ? deadline : next;
    if (postponed && !payment.postponed()) {
      LOG.warn("The {} of order {} fails while others succeed, so they no longer wait for it; it is tried again at {}: {}",
          payment.waitsForCharge() ? "charge" : "refund", orderId, notBefore, failure.getMessage());
    }
    return Effect().persist(new PaymentEvent.AttemptFailed(failure.getMessage(), attempts, notBefore, failures, postponed, now))
        .thenRun(same -> tellTurn(postponed ? AttemptOutcome.POSTPONED : AttemptOutcome.FAILED));
  }

  /** Leaves the refund to operators: it is listed, its saga is told ({@link PaymentQueue}), and the retry of the saga calls again. */
  private Effect<PaymentEvent, PaymentState> giveUpRefund(Due due, String message, int attempts) {
    return Effect().persist(new PaymentEvent.RefundGivenUp(due, message, attempts, clock.instant())).thenRun(after -> {
      LOG.warn("The refund of order {} was given up, an operator must take it up again: {}", orderId, message);
      if (!charging) {
        leave.run();
      }
      fail(Operation.REFUND, message);
      tellTurn(AttemptOutcome.GIVEN_UP);
    });
  }

  private Effect<PaymentEvent, PaymentState> queue(Operation operation, Due due, int attempts, String failure) {
    hold();
    return Effect().persist(new PaymentEvent.Queued(operation, due, attempts, failure, clock.instant())).thenRun(after -> {
      if (operation == Operation.REFUND) {
        tellAll(after, AttemptOutcome.NOT_CALLED);
      }
    });
  }

  private boolean isTooLate(PaymentState payment) {
    return payment.waitsForCharge() && !charging && !payment.queuedAt().plus(patience.deadline()).isAfter(clock.instant());
  }

  private Effect<PaymentEvent, PaymentState> giveUp(PaymentState payment) {
    return settle(decline(payment, payment.due(), TIMEOUT, "the payment provider did not make the charge in time", payment.attempts()),
        AttemptOutcome.OVER);
  }

  private PaymentEvent decline(PaymentState payment, Due due, String code, String reason, int attempts) {
    return new PaymentEvent.Declined(due.method(), due.amount(), due.key(), code, reason, attempts, payment.queuedAt(),
        clock.instant());
  }

  private Effect<PaymentEvent, PaymentState> settle(PaymentEvent event) {
    return settle(event, AttemptOutcome.SETTLED);
  }

  private Effect<PaymentEvent, PaymentState> settle(PaymentEvent event, AttemptOutcome turn) {
    return Effect().persist(event).thenRun(after -> {
      // Before anyone is told: what is asked then finds the next incarnation.
      if (!charging && !refunding) {
        leave.run();
      }
      tellAll(after, turn);
    });
  }

  private void hold() {
    if (!timers.isTimerActive(HeldLongEnough.INSTANCE)) {
      timers.startSingleTimer(HeldLongEnough.INSTANCE, HeldLongEnough.INSTANCE, patience.hold());
    }
  }

  private Effect<PaymentEvent, PaymentState> heldLongEnough(PaymentState payment, HeldLongEnough now) {
    if (isTooLate(payment)) {
      return giveUp(payment);
    }
    return Effect().none().thenRun(same -> {
      if (same.status() != null) {
        tell(awaitingCharge, afterCharge(same));
      }
    });
  }

  private void fail(Operation operation, String message) {
    tell(operation == Operation.CHARGE ? awaitingCharge : awaitingRefund, StatusReply.error(message));
  }

  private void tellAll(PaymentState payment, AttemptOutcome turn) {
    tellTurn(turn);
    tellWhatIsKnown(payment);
  }

  private void tellWhatIsKnown(PaymentState payment) {
    if (!payment.waitsForCharge()) {
      tell(awaitingCharge, afterCharge(payment));
    }
    if (payment.refundIsSure()) {
      tell(awaitingRefund, StatusReply.success(payment));
    }
    if (payment.status() != Status.QUEUED) {
      tellTurn(endOf(payment));
    }
  }

  private static AttemptOutcome endOf(PaymentState payment) {
    return payment.status() == Status.REFUND_FAILED ? AttemptOutcome.GIVEN_UP : AttemptOutcome.OVER;
  }

  private void tellTurn(AttemptOutcome turn) {
    awaitingTurn.forEach(queue -> queue.tell(turn));
    awaitingTurn.clear();
  }

  private static StatusReply<PaymentState> afterCharge(PaymentState payment) {
    return payment.isRefundWanted()
        ? Rejection.conflict("PAYMENT_REFUNDED", "the payment was given back already").reply() : StatusReply.success(payment);
  }

  private static void tell(List<ActorRef<StatusReply<PaymentState>>> waiting, StatusReply<PaymentState> reply) {
    waiting.forEach(client -> client.tell(reply));
    waiting.clear();
  }

  @Override
  public EventHandler<PaymentState, PaymentEvent> eventHandler() {
    return PaymentState::apply;
  }

  @Override
  public Recovery recovery() {
    return NoSnapshots.RECOVERY;
  }

  /** The journal's manifest column tells whether the payment joins or leaves the queue: {@link PaymentQueueTable} goes by it. */
  @Override
  public EventAdapter<PaymentEvent, PaymentEvent> eventAdapter() {
    return new ManifestAdapter<>(PaymentEvent::manifest);
  }
}
