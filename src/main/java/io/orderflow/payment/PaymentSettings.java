package io.orderflow.payment;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How long a payment waits, and its callers.
 *
 * @param deadline how long a charge may be queued before the payment is declined
 * @param refundDeadline how long a queued refund may fail before it is given up
 * @param replyDelay how long the caller of a queued charge waits for the charge, before the reply is that it is queued
 * @param backoff the pauses between attempts
 */
record PaymentSettings(Duration deadline, Duration refundDeadline, Duration replyDelay, PaymentBackoff backoff) {

  /** Shorter than callers wait for the reply ({@link PaymentService}). */
  private static final Duration REPLY_DELAY = Duration.ofSeconds(3);

  /** @param payment the section {@code orderflow.payment} */
  static PaymentSettings of(Config payment) {
    return new PaymentSettings(payment.getDuration("deadline"), payment.getDuration("refund-deadline"), REPLY_DELAY,
        PaymentBackoff.of(payment));
  }
}
