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
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PaymentState(Status status, Operation waitsFor, Due due, String transactionId, String code, String reason, int attempts,
    Instant queuedAt, Instant notBefore, Instant chargedAt, Instant refundedAt) implements CborSerializable {

  /** The ways a payment can stand. */
  public enum Status {
    /** The money was taken. */
    CHARGED,
    /** It waits for the provider, to be charged or to be refunded. */
    QUEUED,
    /** The money is not to be had, or was not within the time allowed. */
    DECLINED,
    /** The money was given back, or none was taken and none ever will be. */
    REFUNDED
  }

  /** What a payment can wait for. */
  public enum Operation { CHARGE, REFUND }

  /** What is to be paid, and the key under which the source of the money knows it. */
  public record Due(String key, Money amount, PaymentMethod method) {}

  static final PaymentState NONE = new PaymentState(null, null, null, null, null, null, 0, null, null, null, null);

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

  /** The state after the event. */
  PaymentState apply(PaymentEvent event) {
    if (event instanceof PaymentEvent.Charged it) {
      return new PaymentState(Status.CHARGED, null, new Due(it.key(), it.amount(), it.method()), it.transactionId(), null, null,
          it.attempts(), queuedAt, null, it.at(), null);
    }
    if (event instanceof PaymentEvent.Declined it) {
      return new PaymentState(Status.DECLINED, null, new Due(it.key(), it.amount(), it.method()), null, it.code(), it.reason(),
          it.attempts(), queuedAt, null, null, null);
    }
    if (event instanceof PaymentEvent.Queued it) {
      return new PaymentState(Status.QUEUED, it.operation(), it.due(), transactionId, code, it.failure(), it.attempts(), it.at(), null,
          chargedAt, null);
    }
    if (event instanceof PaymentEvent.AttemptFailed it) {
      return new PaymentState(status, waitsFor, due, transactionId, code, it.failure(), it.attempts(), queuedAt, it.notBefore(),
          chargedAt, null);
    }
    PaymentEvent.Refunded it = (PaymentEvent.Refunded) event;
    return new PaymentState(Status.REFUNDED, null, new Due(it.key(), it.amount(), it.method()), transactionId, code, null, attempts,
        queuedAt, null, chargedAt, it.at());
  }
}
