package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * The JSON of a payment that waits for the provider.
 *
 * @param failures the attempts that have failed in a row
 * @param failedAt when the last of them failed; null if none has
 * @param dueAt when the next attempt may be made
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record QueuedPaymentResponse(String orderId, Instant queuedAt, int failures, Instant failedAt, Instant dueAt) {

  static QueuedPaymentResponse of(QueuedPayment payment) {
    return new QueuedPaymentResponse(payment.orderId(), payment.queuedAt(), payment.failures(), payment.failedAt(), payment.dueAt());
  }
}
