package io.orderflow.payment;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Ownership;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Rejection;
import io.orderflow.payment.PaymentState.Status;
import io.orderflow.security.Scopes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** {@code /api/payments}: the payment of an order, and the lists of queued payments and of refunds that were given up. */
public final class PaymentRoutes extends Routes {

  private static final Rejection NOT_FOUND = Rejection.notFound("PAYMENT_NOT_FOUND", "there is no payment for this order");
  private static final Set<Status> LISTED = Set.of(Status.QUEUED, Status.REFUND_FAILED);

  private final PaymentQueueQueries queue;
  private final PaymentService payments;
  private final Ownership owned;

  /** @param customerOf the customer by the order's id */
  PaymentRoutes(PaymentQueueQueries queue, PaymentService payments, Function<String, CompletionStage<String>> customerOf) {
    this.queue = queue;
    this.payments = payments;
    this.owned = new Ownership(Scopes.ORDERS_READ, customerOf, NOT_FOUND);
  }

  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("payments", () -> concat(
        pathEnd(() -> get(Access.scope(Scopes.ORDERS_READ), caller -> parameterOptional("status", status ->
            Page.parameters(page -> list(status, page))))),
        id("orderId", order -> pathEnd(() -> get(Access.CALLERS, caller -> own(owned, caller, order, () ->
            answer(payments.get(order), payment -> Json.response(200, PaymentResponse.of(order, payment))))))))));
  }

  /** Lists only queued payments and refunds that were given up. All other payments are found by their orders. */
  private Route list(Optional<String> status, Page page) {
    Status wanted = status.flatMap(name -> LISTED.stream().filter(listed -> listed.name().equals(name)).findFirst()).orElseThrow(() ->
        Problem.field("INVALID_FIELD", "status", "must be QUEUED or REFUND_FAILED; payments of another status are not listed").exception());
    return after(queue.page(wanted == Status.REFUND_FAILED, page.before(), page.beforeId(), page.limit() + 1), rows -> {
      Map<String, Object> listed = page.answer("payments", rows, QueuedPayment::queuedAt, QueuedPayment::orderId);
      List<QueuedPayment> shown = rows.subList(0, Math.min(rows.size(), page.limit()));
      return answer(responses(shown, wanted), responses -> {
        listed.put("payments", responses);
        return Page.response(listed);
      });
    });
  }

  /** Asks the payments themselves. A payment whose status has changed since its row was written is left out. */
  private CompletionStage<List<PaymentResponse>> responses(List<QueuedPayment> rows, Status wanted) {
    List<CompletableFuture<PaymentResponse>> asked = rows.stream().map(row -> payments.get(row.orderId())
        .thenApply(payment -> PaymentResponse.of(row.orderId(), payment)).toCompletableFuture()).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(all -> asked.stream()
        .map(CompletableFuture::join).filter(response -> response.status() == wanted).toList());
  }
}
