package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.kernel.Rejection;
import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import java.util.ArrayList;
import java.util.List;

/** The replies of one payment, and the callers that wait for them. Not thread-safe: {@link Payment} owns it. */
final class PaymentReplies {

  private final List<ActorRef<StatusReply<PaymentState>>> charges = new ArrayList<>();
  private final List<ActorRef<StatusReply<PaymentState>>> refunds = new ArrayList<>();
  private final List<ActorRef<AttemptOutcome>> attempts = new ArrayList<>();

  void awaitCharge(ActorRef<StatusReply<PaymentState>> caller) {
    charges.add(caller);
  }

  void awaitRefund(ActorRef<StatusReply<PaymentState>> caller) {
    refunds.add(caller);
  }

  void awaitAttempt(ActorRef<AttemptOutcome> queue) {
    attempts.add(queue);
  }

  /** Replies after an event was recorded. */
  void recorded(PaymentEvent event, PaymentState after) {
    attempted(outcomeOf(event));
    if (event instanceof PaymentEvent.RefundGivenUp givenUp) {
      failed(Operation.REFUND, givenUp.failure());
    } else {
      known(after);
    }
  }

  /** Replies to every caller whose reply follows from the state. */
  void known(PaymentState payment) {
    if (!payment.waitsForCharge()) {
      charged(payment);
    }
    if (payment.isRefundAccepted()) {
      reply(refunds, StatusReply.success(payment));
    }
    if (payment.status() != Status.QUEUED) {
      attempted(toAttempt(payment));
    }
  }

  /** Replies to the callers of a charge, also while it is queued. */
  void charged(PaymentState payment) {
    reply(charges, toCharge(payment));
  }

  /** Replies that the call failed; the callers retry. */
  void failed(Operation operation, String message) {
    reply(operation == Operation.CHARGE ? charges : refunds, StatusReply.error(message));
  }

  /** Replies to the queue. */
  void attempted(AttemptOutcome outcome) {
    attempts.forEach(queue -> queue.tell(outcome));
    attempts.clear();
  }

  /** The state, or the rejection PAYMENT_REFUNDED. */
  static StatusReply<PaymentState> toCharge(PaymentState payment) {
    return payment.isRefundRequested()
        ? Rejection.conflict("PAYMENT_REFUNDED", "the payment has been refunded already").reply() : StatusReply.success(payment);
  }

  /** The state, or the rejection PAYMENT_NOT_FOUND. */
  static StatusReply<PaymentState> toGet(PaymentState payment) {
    return payment.status() == null ? Rejection.notFound("PAYMENT_NOT_FOUND", "there is no payment for this order").reply()
        : StatusReply.success(payment);
  }

  /** The outcome of an attempt of a payment that is not queued. */
  static AttemptOutcome toAttempt(PaymentState payment) {
    return payment.status() == Status.REFUND_FAILED ? AttemptOutcome.GIVEN_UP : AttemptOutcome.OVER;
  }

  private static AttemptOutcome outcomeOf(PaymentEvent event) {
    if (event instanceof PaymentEvent.AttemptFailed failed) {
      return failed.postponed() ? AttemptOutcome.POSTPONED : AttemptOutcome.FAILED;
    }
    if (event instanceof PaymentEvent.Queued) {
      return AttemptOutcome.NOT_CALLED;
    }
    if (event instanceof PaymentEvent.RefundGivenUp) {
      return AttemptOutcome.GIVEN_UP;
    }
    boolean timedOut = event instanceof PaymentEvent.Declined declined && declined.code().equals(PaymentPlanner.TIMEOUT);
    return timedOut ? AttemptOutcome.OVER : AttemptOutcome.SETTLED;
  }

  private static void reply(List<ActorRef<StatusReply<PaymentState>>> callers, StatusReply<PaymentState> reply) {
    callers.forEach(caller -> caller.tell(reply));
    callers.clear();
  }
}
