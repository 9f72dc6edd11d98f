package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import java.time.Instant;

/**
 * How far a payment has come.
 *
 * @param status null while nothing is known
 * @param waitsFor what is to be done when it is its turn; null unless the status is QUEUED
 * @param due what is to be paid
 * @param code why it was declined, for programs
 * @param reason why it was declined, or the last failure of one that waits, for people
 * @param attempts the calls that were made to charge it and, once that is what it waits for, to refund it
 * @param queuedAt since when it has waited, or had waited before it was settled
 * @param notBefore when the next call may be made, if not at once
 * @param failures the calls that have failed one after the other while it waits
 * @param failedAt when the last of them did; null before any has
 * @param postponed whether it fails while others succeed, so that they don't wait for it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PaymentState(Status status, Operation waitsFor, Due due, String transactionId, String code, String reason, int attempts,
    Instant queuedAt, Instant notBefore, Instant chargedAt, Instant refundedAt, int failures, Instant failedAt, boolean postponed)
    implements CborSerializable {

  /** The ways a payment can stand. */
  public enum Status {
    /** The money was taken. */
    CHARGED,
    /** It waits for the provider, to be charged or to be refunded. */
    QUEUED,
    /** The money is not to be had, or was not within the time allowed. */
    DECLINED,
    /** The money was given back, or none was taken and none ever will be. */
    REFUNDED,
    /** The provider does not make the refund; no call is made until an operator has the saga taken up again. */
    REFUND_FAILED
  }

  /** What a payment can wait for. */
  public enum Operation { CHARGE, REFUND }

  /** What is to be paid, and the key under which the source of the money knows it. */
  public record Due(String key, Money amount, PaymentMethod method) {}

  static final PaymentState NONE = new PaymentState(null, null, null, null, null, null, 0, null, null, null, null, 0, null, false);

  @JsonIgnore
  boolean waitsForCharge() {
    return waitsFor == Operation.CHARGE;
  }

  @JsonIgnore
  boolean waitsForRefund() {
    return waitsFor == Operation.REFUND;
  }

  /** Whether the customer has the money or will get it back. */
  @JsonIgnore
  boolean refundIsSure() {
    return status == Status.REFUNDED || waitsForRefund();
  }

  /** Whether it was to be given back, so that no charge may be made any more. */
  @JsonIgnore
  boolean isRefundWanted() {
    return refundIsSure() || status == Status.REFUND_FAILED;
  }

  /** The state after the event. */
  PaymentState apply(PaymentEvent event) {
    if (event instanceof PaymentEvent.Charged it) {
      return new PaymentState(Status.CHARGED, null, new Due(it.key(), it.amount(), it.method()), it.transactionId(), null, null,
          it.attempts(), queuedAt, null, it.at(), null, 0, null, false);
    }
    if (event instanceof PaymentEvent.Declined it) {
      return new PaymentState(Status.DECLINED, null, new Due(it.key(), it.amount(), it.method()), null, it.code(), it.reason(),
          it.attempts(), queuedAt, null, null, null, 0, null, false);
    }
    if (event instanceof PaymentEvent.Queued it) {
      return new PaymentState(Status.QUEUED, it.operation(), it.due(), transactionId, code, it.failure(), it.attempts(), it.at(), null,
          chargedAt, null, it.failures(), it.failures() > 0 ? it.at() : null, false);
    }
    if (event instanceof PaymentEvent.AttemptFailed it) {
      return new PaymentState(status, waitsFor, due, transactionId, code, it.failure(), it.attempts(), queuedAt, it.notBefore(),
          chargedAt, null, it.failures(), it.at(), it.postponed());
    }
    if (event instanceof PaymentEvent.RefundGivenUp it) {
      return new PaymentState(Status.REFUND_FAILED, null, it.due(), transactionId, code, it.failure(), it.attempts(),
          queuedAt == null ? it.at() : queuedAt, null, chargedAt, null, 0, null, false);
    }
    PaymentEvent.Refunded it = (PaymentEvent.Refunded) event;
    return new PaymentState(Status.REFUNDED, null, new Due(it.key(), it.amount(), it.method()), transactionId, code, null, attempts,
        queuedAt, null, chargedAt, it.at(), 0, null, false);
  }
}
