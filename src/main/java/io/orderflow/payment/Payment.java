package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.Process;
import io.orderflow.eventsourcing.ProcessContext;
import io.orderflow.eventsourcing.ProcessType;
import io.orderflow.journal.EventGroup;
import io.orderflow.kernel.Failures;
import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The payment of one order, a process in the order's home. It calls the source of the money and records the outcome. A call that can't be
 * made now is queued: the payment records that, and makes the call when {@link PaymentQueue} asks for an {@link PaymentCommand.Attempt}.
 *
 * <p>A call whose answer is lost is repeated under the same idempotency key, so the customer is charged once. A refund is final, also if it
 * comes before the charge or while the charge is in flight: the source rejects the charge from then on. A queued refund counts as made
 * until it is given up; then the saga and the operators are told.
 *
 * <p>{@link PaymentCalls} makes the calls, {@link PaymentPlanner} decides the event that records an outcome, {@link PaymentReplies} replies to
 * the callers. Only this class knows all three.
 */
final class Payment implements Process<PaymentCommand, PaymentEvent, PaymentState> {

  private static final Logger LOG = LoggerFactory.getLogger(Payment.class);

  private final ProcessContext<PaymentEvent, PaymentState> home;
  private final PaymentSettings settings;
  private final Clock clock;
  private final PaymentPlanner planner;
  private final PaymentCalls calls;
  private final PaymentReplies replies;
  private boolean replyDelayed;

  /** Payments that charge this source. */
  static ProcessType<PaymentCommand, PaymentEvent, PaymentState> type(PaymentSource source, PaymentSettings settings, Clock clock) {
    return new ProcessType<>(PaymentCommand.class, PaymentEvent.class, PaymentState.NONE, home -> new Payment(home, source, settings, clock));
  }

  private Payment(ProcessContext<PaymentEvent, PaymentState> home, PaymentSource source, PaymentSettings settings, Clock clock) {
    this.home = home;
    this.settings = settings;
    this.clock = clock;
    this.planner = new PaymentPlanner(settings, new SplittableRandom());
    this.calls = new PaymentCalls(home, source, this::callEnded);
    this.replies = new PaymentReplies(home::afterWrite);
  }

  @Override
  public PaymentState apply(PaymentState payment, PaymentEvent event) {
    return payment.apply(event);
  }

  /** Whether the payment is queued; {@link PaymentQueueTable} follows it. */
  @Override
  public String manifest(PaymentState payment, List<PaymentEvent> events) {
    String last = events.isEmpty() ? "" : events.get(events.size() - 1).manifest();
    return last.isEmpty() ? EventGroup.NOTHING : last;
  }

  @Override
  public boolean isBusy() {
    return !calls.noneInFlight();
  }

  @Override
  public void receive(PaymentCommand command) {
    if (command instanceof PaymentCommand.Charge charge) {
      charge(home.state(), charge);
    } else if (command instanceof PaymentCommand.Refund refund) {
      refund(home.state(), refund);
    } else if (command instanceof PaymentCommand.Attempt attempt) {
      calls.sourceAnswered(attempt.lastAnswered());
      attempt(home.state(), false, attempt.replyTo());
    } else if (command instanceof PaymentCommand.AttemptNow attempt) {
      attempt(home.state(), true, attempt.replyTo());
    } else if (command instanceof PaymentCommand.Get get) {
      get.replyTo().tell(PaymentReplies.toGet(home.state()));
    }
  }

  // Commands

  private void charge(PaymentState payment, PaymentCommand.Charge charge) {
    if (payment.status() != null && !payment.waitsForCharge()) {
      charge.reply().accept(PaymentReplies.toCharge(payment));
      return;
    }
    replies.awaitCharge(charge.reply());
    if (!payment.waitsForCharge()) {
      callOrQueue(payment, Operation.CHARGE, charge.details());
      return;
    }
    startReplyDelay();
    if (isTimedOut(payment)) {
      record(payment, planner.timedOut(payment, clock.instant()));
    }
  }

  private void refund(PaymentState payment, PaymentCommand.Refund refund) {
    // A declined payment is refunded too: an earlier attempt may still reach the source.
    if (payment.isRefundAccepted()) {
      refund.reply().accept(StatusReply.success(payment));
      return;
    }
    replies.awaitRefund(refund.reply());
    callOrQueue(payment, Operation.REFUND, refund.details());
  }

  private void callOrQueue(PaymentState payment, Operation operation, PaymentDetails details) {
    if (calls.mayMake(operation, details.method())) {
      calls.make(operation, details, payment.status() == Status.REFUND_FAILED);
    } else {
      record(payment, planner.queued(operation, details, clock.instant()));
    }
  }

  private void attempt(PaymentState payment, boolean atOnce, ActorRef<AttemptOutcome> replyTo) {
    if (payment.status() != Status.QUEUED) {
      replyTo.tell(PaymentReplies.toAttempt(payment));
      return;
    }
    boolean othersSucceed = calls.othersSucceed(payment);
    if (isTimedOut(payment)) {
      replies.awaitAttempt(replyTo);
      record(payment, planner.timedOut(payment, clock.instant()));
    } else if (!atOnce && planner.isBackingOff(payment, othersSucceed, clock.instant())) {
      replyTo.tell(AttemptOutcome.POSTPONED);
    } else {
      replies.awaitAttempt(replyTo);
      calls.make(payment.waitsFor(), payment.details(), payment.postponed() || othersSucceed);
    }
  }

  private void replyDelayOver() {
    replyDelayed = false;
    PaymentState payment = home.state();
    if (isTimedOut(payment)) {
      record(payment, planner.timedOut(payment, clock.instant()));
    } else if (payment.status() != null) {
      replies.charged(payment);
    }
  }

  /** Whether a queued charge is past its deadline. A call that is in flight at the deadline still counts. */
  private boolean isTimedOut(PaymentState payment) {
    return planner.isPastDeadline(payment, clock.instant()) && !calls.inFlight(Operation.CHARGE);
  }

  private void startReplyDelay() {
    if (!replyDelayed) {
      replyDelayed = true;
      home.schedule(settings.replyDelay(), this::replyDelayOver);
    }
  }

  // Outcomes of calls: decide what is recorded

  private void callEnded(PaymentCalls.Ended call) {
    PaymentState payment = home.state();
    boolean charge = call.operation() == Operation.CHARGE;
    boolean late = charge ? payment.status() != null && !payment.waitsForCharge() : payment.status() == Status.REFUNDED;
    if (late) {
      replies.known(payment);
      return;
    }
    if (call.result() == null) {
      failed(payment, call);
      return;
    }
    Instant now = clock.instant();
    record(payment, charge
        ? planner.charged(payment, call.details(), (ChargeResult) call.result(), calls.unrecordedCharges(), now)
        : planner.refunded(payment, call.details(), now));
  }

  private void failed(PaymentState payment, PaymentCalls.Ended call) {
    Throwable cause = Failures.cause(call.failure());
    Optional<PaymentEvent> event = planner.failed(payment, call.operation(), call.details(), cause, calls.othersSucceed(payment),
        clock.instant());
    if (event.isPresent()) {
      record(payment, event.get());
    } else if (payment.waitsFor() == call.operation()) {
      replies.attempted(AttemptOutcome.NOT_CALLED);
    } else {
      calls.failedUnrecorded(call.operation());
      replies.failed(call.operation(), String.valueOf(cause.getMessage()));
    }
  }

  // Record

  private void record(PaymentState before, PaymentEvent event) {
    if (event instanceof PaymentEvent.Queued) {
      startReplyDelay();
    }
    home.record(event);
    home.afterWrite(() -> log(before, event));
    // The saga is told before the write: it lives in the same home, and what it records is stored with this event or not at all.
    replies.recorded(event, home.state());
  }

  private void log(PaymentState before, PaymentEvent event) {
    if (event instanceof PaymentEvent.AttemptFailed failed && failed.postponed() && !before.postponed()) {
      LOG.warn("order {}: the {} fails while others succeed, so it is postponed; next attempt at {}: {}", home.id(),
          before.waitsForCharge() ? "charge" : "refund", failed.notBefore(), failed.failure());
    } else if (event instanceof PaymentEvent.RefundGivenUp givenUp) {
      LOG.warn("order {}: the refund was given up; an operator must retry its saga: {}", home.id(), givenUp.failure());
    }
  }
}
