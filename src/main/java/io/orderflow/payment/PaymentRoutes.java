package io.orderflow.payment;

import akka.http.javadsl.server.Route;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import java.time.Instant;

/** {@code /api/payments}: the payment of an order. */
public final class PaymentRoutes extends Routes {

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record PaymentView(String orderId, Payment.Status status, String method, String amount, String currency,
      String transactionId, int attempts, String code, String reason, Instant chargedAt, Instant refundedAt) {

    static PaymentView of(String orderId, Payment.State payment) {
      return new PaymentView(orderId, payment.status(), payment.method().method(), payment.amount().amount(),
          payment.amount().currency(), payment.transactionId(), payment.attempts(), payment.code(), payment.reason(),
          payment.chargedAt(), payment.refundedAt());
    }
  }

  private final Payments payments;

  public PaymentRoutes(Payments payments) {
    this.payments = payments;
  }

  /** The routes from {@code /api/payments} on. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("payments", () -> id("orderId", order -> pathEnd(() -> get(() ->
        answer(payments.get(order), payment -> Json.response(200, PaymentView.of(order, payment))))))));
  }
}
