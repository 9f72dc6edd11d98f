package io.orderflow.payment;

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
import io.orderflow.eventsourcing.ShardedEntities;
import io.orderflow.eventsourcing.Supervision;
import io.orderflow.journal.ManifestAdapter;
import io.orderflow.journal.NoSnapshots;
import io.orderflow.kernel.Failures;
import io.orderflow.payment.PaymentCommand.ReplyDelayOver;
import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The payment of one order, under the order's id. It calls the source of the money and records the outcome. A call that can't be made now
 * is queued: the payment records that, and makes the call when {@link PaymentQueue} asks for an {@link PaymentCommand.Attempt}.
 *
 * <p>A call whose answer is lost is repeated under the same idempotency key, so the customer is charged once. A refund is final, also if it
 * comes before the charge or while the charge is in flight: the source rejects the charge from then on. A queued refund counts as made
 * until it is given up; then the saga and the operators are told.
 *
 * <p>{@link PaymentCalls} makes the calls, {@link PaymentPlanner} decides the event that records an outcome, {@link PaymentReplies} replies to
 * the callers. Only this actor knows all three.
 */
public final class Payment extends EventSourcedBehavior<PaymentCommand, PaymentEvent, PaymentState> {

  public static final String NAME = "payment";
  static final EntityTypeKey<PaymentCommand> KEY = EntityTypeKey.create(PaymentCommand.class, NAME);
  private static final Logger LOG = LoggerFactory.getLogger(Payment.class);

  private final String orderId;
  private final PaymentSettings settings;
  private final Clock clock;
  private final Runnable passivate;
  private final TimerScheduler<PaymentCommand> timers;
  private final PaymentPlanner planner;
  private final PaymentCalls calls;
  private final PaymentReplies replies = new PaymentReplies();

  /** Registers payments with the node's sharding. */
  static void init(ActorSystem<?> system, PaymentSource source, Clock clock) {
    PaymentSettings settings = PaymentSettings.of(system.settings().config().getConfig("orderflow.payment"));
    ClusterSharding.get(system).init(ShardedEntities.shortLived(system, KEY, PaymentCommand.Stop.INSTANCE,
        (orderId, passivate) -> create(orderId, source, settings, clock, passivate)));
  }

  /** @param passivate is run when the payment has ended and no call is in flight */
  static Behavior<PaymentCommand> create(String orderId, PaymentSource source, PaymentSettings settings, Clock clock, Runnable passivate) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers ->
        new Payment(orderId, settings, clock, passivate, timers, new PaymentCalls(orderId, source, context))));
  }

  private Payment(String orderId, PaymentSettings settings, Clock clock, Runnable passivate, TimerScheduler<PaymentCommand> timers,
      PaymentCalls calls) {
    super(PersistenceId.of(NAME, orderId), Supervision.RECOVER);
    this.orderId = orderId;
    this.settings = settings;
    this.clock = clock;
    this.passivate = passivate;
    this.timers = timers;
    this.planner = new PaymentPlanner(settings, new SplittableRandom());
    this.calls = calls;
  }

  @Override
  public PaymentState emptyState() {
    return PaymentState.NONE;
  }

  @Override
  public CommandHandler<PaymentCommand, PaymentEvent, PaymentState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState()
        .onCommand(PaymentCommand.Charge.class, this::charge)
        .onCommand(PaymentCommand.Refund.class, this::refund)
        .onCommand(PaymentCommand.Attempt.class, this::attempt)
        .onCommand(PaymentCommand.CallEnded.class, this::callEnded)
        .onCommand(ReplyDelayOver.class, this::replyDelayOver)
        .onCommand(PaymentCommand.Get.class, get -> Effect().none().thenReply(get.replyTo(), PaymentReplies::toGet))
        .onCommand(PaymentCommand.Stop.class, stop -> Effect().stop())
        .build();
  }

  @Override
  public EventHandler<PaymentState, PaymentEvent> eventHandler() {
    return PaymentState::apply;
  }

  @Override
  public Recovery recovery() {
    return NoSnapshots.RECOVERY;
  }

  /** Writes into the journal's manifest column whether the payment is queued; {@link PaymentQueueTable} follows it. */
  @Override
  public EventAdapter<PaymentEvent, PaymentEvent> eventAdapter() {
    return new ManifestAdapter<>(PaymentEvent::manifest);
  }

  // Commands

  private Effect<PaymentEvent, PaymentState> charge(PaymentState payment, PaymentCommand.Charge charge) {
    if (payment.status() != null && !payment.waitsForCharge()) {
      return Effect().none().thenReply(charge.replyTo(), PaymentReplies::toCharge);
    }
    replies.awaitCharge(charge.replyTo());
    if (payment.waitsForCharge()) {
      startReplyDelay();
      return isTimedOut(payment) ? record(payment, planner.timedOut(payment, clock.instant())) : Effect().none();
    }
    return callOrQueue(payment, Operation.CHARGE, charge.details());
  }

  private Effect<PaymentEvent, PaymentState> refund(PaymentState payment, PaymentCommand.Refund refund) {
    // A declined payment is refunded too: an earlier attempt may still reach the source.
    if (payment.isRefundAccepted()) {
      return Effect().none().thenReply(refund.replyTo(), StatusReply::success);
    }
    replies.awaitRefund(refund.replyTo());
    return callOrQueue(payment, Operation.REFUND, refund.details());
  }

  private Effect<PaymentEvent, PaymentState> callOrQueue(PaymentState payment, Operation operation, PaymentDetails details) {
    if (!calls.mayMake(operation, details.method())) {
      return record(payment, planner.queued(operation, details, clock.instant()));
    }
    calls.make(operation, details, payment.status() == Status.REFUND_FAILED);
    return Effect().none();
  }

  private Effect<PaymentEvent, PaymentState> attempt(PaymentState payment, PaymentCommand.Attempt attempt) {
    if (payment.status() != Status.QUEUED) {
      return Effect().none().thenReply(attempt.replyTo(), PaymentReplies::toAttempt);
    }
    calls.sourceAnswered(attempt.lastAnswered());
    boolean othersSucceed = calls.othersSucceed(payment);
    if (isTimedOut(payment)) {
      replies.awaitAttempt(attempt.replyTo());
      return record(payment, planner.timedOut(payment, clock.instant()));
    }
    if (planner.isBackingOff(payment, othersSucceed, clock.instant())) {
      return Effect().none().thenReply(attempt.replyTo(), same -> AttemptOutcome.POSTPONED);
    }
    replies.awaitAttempt(attempt.replyTo());
    calls.make(payment.waitsFor(), payment.details(), payment.postponed() || othersSucceed);
    return Effect().none();
  }

  private Effect<PaymentEvent, PaymentState> replyDelayOver(PaymentState payment, ReplyDelayOver over) {
    if (isTimedOut(payment)) {
      return record(payment, planner.timedOut(payment, clock.instant()));
    }
    return Effect().none().thenRun(same -> {
      if (same.status() != null) {
        replies.charged(same);
      }
    });
  }

  /** Whether a queued charge is past its deadline. A call that is in flight at the deadline still counts. */
  private boolean isTimedOut(PaymentState payment) {
    return planner.isPastDeadline(payment, clock.instant()) && !calls.inFlight(Operation.CHARGE);
  }

  private void startReplyDelay() {
    if (!timers.isTimerActive(ReplyDelayOver.INSTANCE)) {
      timers.startSingleTimer(ReplyDelayOver.INSTANCE, ReplyDelayOver.INSTANCE, settings.replyDelay());
    }
  }

  // Outcomes of calls: decide what is recorded

  private Effect<PaymentEvent, PaymentState> callEnded(PaymentState payment, PaymentCommand.CallEnded call) {
    boolean charge = call.operation() == Operation.CHARGE;
    calls.ended(call.operation());
    boolean late = charge ? payment.status() != null && !payment.waitsForCharge() : payment.status() == Status.REFUNDED;
    if (late) {
      return Effect().none().thenRun(replies::known);
    }
    if (call.result() == null) {
      return failed(payment, call);
    }
    Instant now = clock.instant();
    return record(payment, charge
        ? planner.charged(payment, call.details(), (ChargeResult) call.result(), calls.unrecordedCharges(), now)
        : planner.refunded(payment, call.details(), now));
  }

  private Effect<PaymentEvent, PaymentState> failed(PaymentState payment, PaymentCommand.CallEnded call) {
    Throwable cause = Failures.cause(call.failure());
    Optional<PaymentEvent> event = planner.failed(payment, call.operation(), call.details(), cause, calls.othersSucceed(payment),
        clock.instant());
    if (event.isPresent()) {
      return record(payment, event.get());
    }
    return Effect().none().thenRun(same -> {
      if (same.waitsFor() == call.operation()) {
        replies.attempted(AttemptOutcome.NOT_CALLED);
      } else {
        calls.failedUnrecorded(call.operation());
        replies.failed(call.operation(), String.valueOf(cause.getMessage()));
      }
    });
  }

  // Record

  private Effect<PaymentEvent, PaymentState> record(PaymentState before, PaymentEvent event) {
    if (event instanceof PaymentEvent.Queued) {
      startReplyDelay();
    }
    return Effect().persist(event).thenRun(after -> {
      log(before, event);
      // Before the replies: the shard then keeps what the callers send next for the next incarnation.
      if (after.status() != Status.QUEUED && calls.noneInFlight()) {
        passivate.run();
      }
      replies.recorded(event, after);
    });
  }

  private void log(PaymentState before, PaymentEvent event) {
    if (event instanceof PaymentEvent.AttemptFailed failed && failed.postponed() && !before.postponed()) {
      LOG.warn("order {}: the {} fails while others succeed, so it is postponed; next attempt at {}: {}", orderId,
          before.waitsForCharge() ? "charge" : "refund", failed.notBefore(), failed.failure());
    } else if (event instanceof PaymentEvent.RefundGivenUp givenUp) {
      LOG.warn("order {}: the refund was given up; an operator must retry its saga: {}", orderId, givenUp.failure());
    }
  }
}
