package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.payment.PaymentState.Status;
import java.time.Instant;

/** A payment as JSON for clients. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PaymentResponse(String orderId, Status status, Operation waitsFor, String method, String amount, String currency,
    String transactionId, int attempts, String code, String reason, Instant queuedAt, Instant nextAttemptAt, Instant chargedAt,
    Instant refundedAt) {

  public static PaymentResponse of(String orderId, PaymentState payment) {
    PaymentMethod method = payment.details().method();
    return new PaymentResponse(orderId, payment.status(), payment.waitsFor(), method.method(), payment.details().amount().amount(),
        payment.details().amount().currency(), payment.transactionId(), payment.attempts(), payment.code(), payment.reason(),
        payment.queuedAt(), payment.notBefore(), payment.chargedAt(), payment.refundedAt());
  }
}
