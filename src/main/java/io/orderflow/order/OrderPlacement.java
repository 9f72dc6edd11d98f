package io.orderflow.order;

import io.orderflow.kernel.Rejection;
import io.orderflow.payment.PaymentService;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.Sagas;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Places and cancels orders through their sagas. Reads an order from its saga until the saga has created it. */
public final class OrderPlacement {

  /** The code of a rejection because too many payments are queued. */
  static final String PAYMENT_QUEUE_FULL = "PAYMENT_QUEUE_FULL";
  static final Rejection NOT_FOUND = Rejection.notFound("ORDER_NOT_FOUND", "there is no such order");
  private static final Rejection KEY_REUSED =
      Rejection.unprocessable("IDEMPOTENCY_KEY_REUSED", "this Idempotency-Key was used for another order");

  private final OrderService orders;
  private final Sagas<PlacedOrder> sagas;
  private final PaymentService payments;
  private final OrderPrivacy privacy;

  public OrderPlacement(OrderService orders, Sagas<PlacedOrder> sagas, PaymentService payments, OrderPrivacy privacy) {
    this.orders = orders;
    this.sagas = sagas;
    this.payments = payments;
    this.privacy = privacy;
  }

  /** The same on behalf of somebody, whom the orders' events name. */
  public OrderPlacement as(String actor) {
    return actor == null ? this : new OrderPlacement(orders, sagas.as(actor), payments, privacy);
  }

  /** Whether a new order on these terms is accepted. If not, reject it with {@link #paymentQueueFull}. */
  public boolean accepts(PlacedOrder.Terms terms) {
    return payments.accepts(terms.payment());
  }

  /** The rejection of an order because too many payments are queued. */
  public static Rejection paymentQueueFull() {
    return Rejection.unavailable(PAYMENT_QUEUE_FULL, "too many payments are queued for the payment provider;"
        + " orders paid from an account are still accepted");
  }

  /**
   * Places an order, or finds it if it was placed before. A repeat succeeds even if the payment queue has filled up since. Rejected with
   * PAYMENT_QUEUE_FULL, with USER_DELETED, or with IDEMPOTENCY_KEY_REUSED if the id belongs to another order.
   */
  CompletionStage<SagaState> place(String orderId, PlacedOrder order) {
    return privacy.seal(order).thenCompose(sealed -> (payments.accepts(order.payment()) ? placeAccepted(orderId, sealed)
        : sagas.get(orderId).<SagaState>exceptionallyCompose(failure ->
            CompletableFuture.failedFuture(Rejection.isNotFound(failure) ? paymentQueueFull().exception() : failure)))
        .thenCompose(saga -> placedAs(saga, order, sealed)));
  }

  /** The saga, if it was started with this order. A repeat is sealed anew, so that it differs from the stored order until both are opened. */
  private CompletionStage<SagaState> placedAs(SagaState saga, PlacedOrder order, PlacedOrder sealed) {
    PlacedOrder stored = sagas.input(saga);
    return stored.equals(sealed) ? CompletableFuture.completedStage(saga) : privacy.open(stored).thenApply(opened -> {
      if (!opened.equals(order)) {
        throw KEY_REUSED.exception();
      }
      return saga;
    });
  }

  /** Places an order under an id that was never used. Rejected with PAYMENT_QUEUE_FULL or USER_DELETED. */
  CompletionStage<SagaState> placeNew(String orderId, PlacedOrder order) {
    return payments.accepts(order.payment()) ? privacy.seal(order).thenCompose(sealed -> sagas.startNew(orderId, sealed))
        : CompletableFuture.failedFuture(paymentQueueFull().exception());
  }

  /** The order as it is stored, for {@link #placeAccepted}. Rejected with USER_DELETED. */
  public CompletionStage<PlacedOrder> seal(PlacedOrder order) {
    return privacy.seal(order);
  }

  /** The order for its client. */
  CompletionStage<OrderResponse> shown(String orderId, Order.State order) {
    return privacy.open(List.of(OrderResponse.of(orderId, order))).thenApply(orders -> orders.get(0));
  }

  /** The order with a readable address. Rejected with ORDER_NOT_FOUND. */
  public CompletionStage<Order.State> readable(String orderId) {
    return read(orderId).thenCompose(order -> privacy.opening(List.of(order.order()), PlacedOrder::shippingAddress).thenApply(open ->
        order.with(order.order().with(order.order().payment(), open.apply(order.order().shippingAddress())))));
  }

  /** Places a sealed order that was accepted before. Idempotent. Once the stage has completed, the saga runs to its end without further calls. */
  public CompletionStage<SagaState> placeAccepted(String orderId, PlacedOrder order) {
    return sagas.start(orderId, order);
  }

  /** Cancels the order at the customer's request, perhaps by an operator. Rejected with ORDER_NOT_FOUND or ALREADY_SHIPPED. */
  public CompletionStage<SagaState> cancel(String orderId) {
    return sagas.cancel(orderId, "CUSTOMER_REQUEST", "the customer cancelled the order").exceptionallyCompose(failure ->
        CompletableFuture.failedFuture(Rejection.in(failure).<Throwable>map(rejection -> switch (rejection.kind()) {
          case NOT_FOUND -> notFound();
          case CONFLICT -> Rejection.conflict("ALREADY_SHIPPED", "the order has been shipped").exception();
          default -> failure;
        }).orElse(failure)));
  }

  /** Reads the order, or its saga if the saga has not created it yet: an order that was answered with 201 is always found. */
  public CompletionStage<Order.State> read(String orderId) {
    return orders.get(orderId).exceptionallyCompose(failure -> Rejection.isNotFound(failure)
        ? saga(orderId).thenApply(saga -> Order.State.pending(sagas.input(saga), saga.startedAt()))
        : CompletableFuture.failedFuture(failure));
  }

  /** Whose order it is. Rejected with ORDER_NOT_FOUND. */
  public CompletionStage<String> customerOf(String orderId) {
    return read(orderId).thenApply(order -> order.order().customerId());
  }

  /** Completes when the order's saga has ended. Fails if that takes longer than the limit. */
  CompletionStage<SagaState> awaitEnd(String orderId, Duration limit) {
    return sagas.awaitEnd(orderId, limit);
  }

  /** Reads the order's saga. Rejected with ORDER_NOT_FOUND. */
  public CompletionStage<SagaState> saga(String orderId) {
    return sagas.get(orderId).exceptionallyCompose(failure ->
        CompletableFuture.failedFuture(Rejection.isNotFound(failure) ? notFound() : failure));
  }

  /** When the order's saga repeats the call under way; empty if it is in flight, or none is under way. */
  public CompletionStage<Optional<Instant>> nextAttempt(String orderId) {
    return sagas.nextAttempt(orderId);
  }

  /** The name of the saga's definition. */
  public String sagaName() {
    return sagas.name();
  }

  private static RuntimeException notFound() {
    return NOT_FOUND.exception();
  }
}
