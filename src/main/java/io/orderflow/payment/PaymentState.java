package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.orderflow.kernel.CborSerializable;
import java.time.Instant;

/**
 * The state of a payment.
 *
 * @param status null while nothing is recorded
 * @param waitsFor the call for which the payment is queued; null unless the status is QUEUED
 * @param code why the charge was declined, for programs
 * @param reason why the charge was declined, or why the last call of a queued payment failed, for people
 * @param attempts the calls for the charge; from the time at which a refund is queued, the calls for the refund
 * @param queuedAt when the payment joined the queue; kept after it has left
 * @param notBefore when the next attempt may be made; null for at once
 * @param failures the calls that have failed in a row while the payment is queued
 * @param failedAt when the last of them failed; null if none has
 * @param postponed whether the payment fails while others succeed, so that they don't wait for it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PaymentState(Status status, Operation waitsFor, @JsonProperty("due") PaymentDetails details, String transactionId, String code,
    String reason, int attempts, Instant queuedAt, Instant notBefore, Instant chargedAt, Instant refundedAt, int failures, Instant failedAt,
    boolean postponed) implements CborSerializable {

  /** The statuses of a payment. */
  public enum Status {
    /** The charge was made. */
    CHARGED,
    /** A charge or a refund is in the queue for the provider. */
    QUEUED,
    /** The charge was declined, or not made before the deadline. */
    DECLINED,
    /** The charge was refunded, or no charge was made and none will be. */
    REFUNDED,
    /** The refund was given up. No call is made until an operator retries the saga. */
    REFUND_FAILED
  }

  /** The calls of the source. */
  public enum Operation { CHARGE, REFUND }

  static final PaymentState NONE = new PaymentState(null, null, null, null, null, null, 0, null, null, null, null, 0, null, false);

  @JsonIgnore
  boolean waitsForCharge() {
    return waitsFor == Operation.CHARGE;
  }

  @JsonIgnore
  boolean waitsForRefund() {
    return waitsFor == Operation.REFUND;
  }

  /** Whether the refund is made or queued. */
  @JsonIgnore
  boolean isRefundAccepted() {
    return status == Status.REFUNDED || waitsForRefund();
  }

  /** Whether the payment is to be refunded, so that no charge may be made any more. */
  @JsonIgnore
  boolean isRefundRequested() {
    return isRefundAccepted() || status == Status.REFUND_FAILED;
  }

  /** The state after the event. */
  PaymentState apply(PaymentEvent event) {
    if (event instanceof PaymentEvent.Charged it) {
      return new PaymentState(Status.CHARGED, null, new PaymentDetails(it.key(), it.amount(), it.method()), it.transactionId(), null, null,
          it.attempts(), queuedAt, null, it.at(), null, 0, null, false);
    }
    if (event instanceof PaymentEvent.Declined it) {
      return new PaymentState(Status.DECLINED, null, new PaymentDetails(it.key(), it.amount(), it.method()), null, it.code(), it.reason(),
          it.attempts(), queuedAt, null, null, null, 0, null, false);
    }
    if (event instanceof PaymentEvent.Queued it) {
      return new PaymentState(Status.QUEUED, it.operation(), it.details(), transactionId, code, it.failure(), it.attempts(), it.at(), null,
          chargedAt, null, it.failures(), it.failures() > 0 ? it.at() : null, false);
    }
    if (event instanceof PaymentEvent.AttemptFailed it) {
      return new PaymentState(status, waitsFor, details, transactionId, code, it.failure(), it.attempts(), queuedAt, it.notBefore(),
          chargedAt, null, it.failures(), it.at(), it.postponed());
    }
    if (event instanceof PaymentEvent.RefundGivenUp it) {
      return new PaymentState(Status.REFUND_FAILED, null, it.details(), transactionId, code, it.failure(), it.attempts(),
          queuedAt == null ? it.at() : queuedAt, null, chargedAt, null, 0, null, false);
    }
    PaymentEvent.Refunded it = (PaymentEvent.Refunded) event;
    return new PaymentState(Status.REFUNDED, null, new PaymentDetails(it.key(), it.amount(), it.method()), transactionId, code, null, attempts,
        queuedAt, null, chargedAt, it.at(), 0, null, false);
  }
}
