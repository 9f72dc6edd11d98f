package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/** Tells what happened to a payment, from its events. Card tokens are left out. */
public final class PaymentHistory {

  /**
   * What happened at a time.
   *
   * @param type the event in upper case
   * @param amount the money that moved or is to move
   * @param detail for people; null for none
   * @param nextAttemptAt when the next attempt may be made; null if none follows or it may be made at once
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Entry(Instant at, String type, String amount, String transactionId, String detail, Integer attempts, Instant nextAttemptAt) {}

  private PaymentHistory() {}

  /** The entry of an event. */
  public static Entry of(PaymentEvent event) {
    if (event instanceof PaymentEvent.Charged it) {
      return new Entry(it.at(), "CHARGED", it.amount().amount(), it.transactionId(), null, it.attempts(), null);
    }
    if (event instanceof PaymentEvent.Declined it) {
      return new Entry(it.at(), "DECLINED", it.amount().amount(), null, it.code() + ": " + it.reason(), it.attempts(), null);
    }
    if (event instanceof PaymentEvent.Queued it) {
      return new Entry(it.at(), it.operation() + "_QUEUED", it.details().amount().amount(), null, it.failure(), it.attempts(), null);
    }
    if (event instanceof PaymentEvent.AttemptFailed it) {
      return new Entry(it.at(), "ATTEMPT_FAILED", null, null, it.failure(), it.attempts(), it.notBefore());
    }
    if (event instanceof PaymentEvent.RefundGivenUp it) {
      return new Entry(it.at(), "REFUND_GIVEN_UP", it.details().amount().amount(), null, it.failure(), it.attempts(), null);
    }
    PaymentEvent.Refunded it = (PaymentEvent.Refunded) event;
    return new Entry(it.at(), "REFUNDED", it.amount().amount(), null, null, null, null);
  }
}
