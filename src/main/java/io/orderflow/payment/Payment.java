package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
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
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Refusal;
import io.orderflow.kernel.ShortLived;
import io.orderflow.payment.PaymentState.Due;
import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.store.ManifestAdapter;
import io.orderflow.store.NoSnapshots;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * The payment of one order, under the order's id. It asks where the money is, and records what the answer was. What can't be asked now
 * is put on record as queued, and asked when {@link PaymentQueue} says that it is its turn.
 *
 * <p>A call whose answer is lost is repeated under the same key, which charges no one twice. A refund is final, also when it comes
 * before the charge or while one is under way: the source of the money refuses the charge then. One that is queued is as good as made.
 */
public final class Payment extends EventSourcedBehavior<Payment.Command, PaymentEvent, PaymentState> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "payment");

  public sealed interface Command extends CborSerializable {}

  /** Takes the money once. Answers when it is taken or declined, and after a while while it is queued; fails when nothing is known. */
  public record Charge(Due due, ActorRef<StatusReply<PaymentState>> replyTo) implements Command {}

  /** Gives the money back, and makes sure that none is taken later. Answers when that is done or queued. */
  public record Refund(Due due, ActorRef<StatusReply<PaymentState>> replyTo) implements Command {}

  /** Its turn has come: makes the call that it waits for. */
  public record TakeTurn(ActorRef<Turn> replyTo) implements Command {}

  public record Get(ActorRef<StatusReply<PaymentState>> replyTo) implements Command {}

  /** Tells it to leave memory, when the write under way has succeeded or failed. */
  enum Stop implements Command { INSTANCE }

  private record Answered(Operation operation, Due due, Object result, Throwable failure) implements Command {}

  private enum HeldLongEnough implements Command { INSTANCE }

  /** How a turn went. */
  public enum Turn implements CborSerializable {
    /** It waits no longer. */
    SETTLED,
    /** The breaker of its node did not let the call through. */
    NOT_CALLED,
    /** The provider failed. */
    FAILED,
    /** The provider did not accept the call; it has gone to the end of the queue. */
    POSTPONED
  }

  /**
   * @param deadline how long it may wait to be charged
   * @param hold how long a caller waits for one that is queued before it is told so
   */
  record Patience(Duration deadline, Duration hold) {}

  static final String TIMEOUT = "PAYMENT_TIMEOUT";
  private static final String DECLINED = "PAYMENT_DECLINED";
  /** The longest pause after a refund was not accepted; the first one is a second, each further one doubles it. */
  private static final Duration MAX_PAUSE = Duration.ofHours(1);

  private final String orderId;
  private final PaymentSource source;
  private final Clock clock;
  private final Runnable leave;
  private final Patience patience;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;

  private final List<ActorRef<StatusReply<PaymentState>>> awaitingCharge = new ArrayList<>();
  private final List<ActorRef<StatusReply<PaymentState>>> awaitingRefund = new ArrayList<>();
  private final List<ActorRef<Turn>> awaitingTurn = new ArrayList<>();
  private boolean charging;
  private boolean refunding;
  /** Calls that failed and left no event, as an account's do: the saga repeats those. */
  private int failedCalls;

  /** Makes the node carry payments, taken from that source. */
  public static void init(ActorSystem<?> system, PaymentSource source, Clock clock) {
    Config payment = system.settings().config().getConfig("orderflow.payment");
    Patience patience = new Patience(payment.getDuration("deadline"), Duration.ofSeconds(3));
    ClusterSharding.get(system).init(
        ShortLived.entity(system, KEY, Stop.INSTANCE, (orderId, leave) -> create(orderId, source, patience, clock, leave)));
  }

  /** @param leave what to do when it is settled and no call is under way */
  static Behavior<Command> create(String orderId, PaymentSource source, Patience patience, Clock clock, Runnable leave) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new Payment(orderId, source, patience, clock, leave, context, timers)));
  }

  private Payment(String orderId, PaymentSource source, Patience patience, Clock clock, Runnable leave, ActorContext<Command> context,
      TimerScheduler<Command> timers) {
    super(PersistenceId.of(KEY.name(), orderId),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
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
            ? Refusal.notFound("PAYMENT_NOT_FOUND", "there is no payment for this order").reply() : StatusReply.success(same)))
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
    call(Operation.CHARGE, charge.due());
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
    call(Operation.REFUND, refund.due());
    return Effect().none();
  }

  private Effect<PaymentEvent, PaymentState> takeTurn(PaymentState payment, TakeTurn turn) {
    if (payment.status() != Status.QUEUED) {
      return Effect().none().thenRun(same -> turn.replyTo().tell(Turn.SETTLED));
    }
    if (payment.notBefore() != null && payment.notBefore().isAfter(clock.instant())) {
      return Effect().none().thenRun(same -> turn.replyTo().tell(Turn.POSTPONED));
    }
    awaitingTurn.add(turn.replyTo());
    if (isTooLate(payment)) {
      return giveUp(payment);
    }
    call(payment.waitsFor(), payment.due());
    return Effect().none();
  }

  /** Makes the call unless it is under way already. */
  private void call(Operation operation, Due due) {
    if (operation == Operation.CHARGE && !charging) {
      charging = true;
      context.pipeToSelf(source.charge(due.key(), orderId, due.amount(), due.method()),
          (result, failure) -> new Answered(operation, due, result, failure));
    } else if (operation == Operation.REFUND && !refunding) {
      refunding = true;
      context.pipeToSelf(source.refund(due.key(), due.method()),
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
    Throwable cause = answer.failure() instanceof CompletionException wrapped && wrapped.getCause() != null
        ? wrapped.getCause() : answer.failure();
    String message = String.valueOf(cause.getMessage());
    if (!(cause instanceof ProviderFailure failure)) {
      failedCalls += answer.operation() == Operation.CHARGE ? 1 : 0;
      return Effect().none().thenRun(same -> fail(answer.operation(), message));
    }
    boolean called = failure.kind() != ProviderFailure.Kind.NOT_CALLED;
    int attempts = payment.attempts() + (called ? 1 : 0);
    if (failure.kind() == ProviderFailure.Kind.NOT_ACCEPTED) {
      return notAccepted(payment, answer, attempts, message);
    }
    if (payment.waitsFor() != answer.operation()) {
      return queue(answer.operation(), answer.due(), answer.operation() == Operation.CHARGE ? attempts : 1, message);
    }
    if (!called) {
      return Effect().none().thenRun(same -> tellTurn(Turn.NOT_CALLED));
    }
    return Effect().persist(new PaymentEvent.AttemptFailed(message, attempts, null, clock.instant()))
        .thenRun(same -> tellTurn(Turn.FAILED));
  }

  /** A charge that the provider does not accept is declined; a refund has to be made, so it is tried again later and seen by operators. */
  private Effect<PaymentEvent, PaymentState> notAccepted(PaymentState payment, Answered answer, int attempts, String message) {
    if (answer.operation() == Operation.CHARGE) {
      return settle(decline(payment, answer.due(), DECLINED, message, attempts));
    }
    if (!payment.waitsForRefund()) {
      return Effect().none().thenRun(same -> fail(Operation.REFUND, message));
    }
    Duration pause = Duration.ofSeconds(1L << Math.min(attempts, 20));
    Instant next = clock.instant().plus(pause.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause);
    return Effect().persist(new PaymentEvent.AttemptFailed(message, attempts, next, clock.instant()))
        .thenRun(same -> tellTurn(Turn.POSTPONED));
  }

  private Effect<PaymentEvent, PaymentState> queue(Operation operation, Due due, int attempts, String failure) {
    hold();
    return Effect().persist(new PaymentEvent.Queued(operation, due, attempts, failure, clock.instant())).thenRun(after -> {
      if (operation == Operation.REFUND) {
        tellAll(after, Turn.NOT_CALLED);
      }
    });
  }

  private boolean isTooLate(PaymentState payment) {
    return payment.waitsForCharge() && !charging && !payment.queuedAt().plus(patience.deadline()).isAfter(clock.instant());
  }

  private Effect<PaymentEvent, PaymentState> giveUp(PaymentState payment) {
    return settle(decline(payment, payment.due(), TIMEOUT, "the payment provider could not be reached in time", payment.attempts()));
  }

  private PaymentEvent decline(PaymentState payment, Due due, String code, String reason, int attempts) {
    return new PaymentEvent.Declined(due.method(), due.amount(), due.key(), code, reason, attempts, payment.queuedAt(),
        clock.instant());
  }

  private Effect<PaymentEvent, PaymentState> settle(PaymentEvent event) {
    return Effect().persist(event).thenRun(after -> {
      // Before anyone is told: what is asked then finds the next incarnation.
      if (!charging && !refunding) {
        leave.run();
      }
      tellAll(after, Turn.SETTLED);
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

  private void tellAll(PaymentState payment, Turn turn) {
    tellWhatIsKnown(payment);
    tellTurn(turn);
  }

  private void tellWhatIsKnown(PaymentState payment) {
    if (!payment.waitsForCharge()) {
      tell(awaitingCharge, afterCharge(payment));
    }
    if (payment.refundIsSure()) {
      tell(awaitingRefund, StatusReply.success(payment));
    }
    if (payment.status() != Status.QUEUED) {
      tellTurn(Turn.SETTLED);
    }
  }

  private void tellTurn(Turn turn) {
    awaitingTurn.forEach(queue -> queue.tell(turn));
    awaitingTurn.clear();
  }

  private static StatusReply<PaymentState> afterCharge(PaymentState payment) {
    return payment.refundIsSure()
        ? Refusal.conflict("PAYMENT_REFUNDED", "the payment was given back already").reply() : StatusReply.success(payment);
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
