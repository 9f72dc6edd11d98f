package io.orderflow.order;

import io.orderflow.kernel.Rejection;
import io.orderflow.payment.PaymentService;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.Sagas;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Places and cancels orders by their sagas, and reads orders whose saga has not created them yet. */
public final class OrderPlacement {

  /** The code of the rejection of an order because too many payments wait. */
  static final String PAYMENT_QUEUE_FULL = "PAYMENT_QUEUE_FULL";
  private static final Rejection KEY_REUSED =
      Rejection.unprocessable("IDEMPOTENCY_KEY_REUSED", "this Idempotency-Key was used for another order");

  private final OrderService orders;
  private final Sagas<PlacedOrder> sagas;
  private final PaymentService payments;

  public OrderPlacement(OrderService orders, Sagas<PlacedOrder> sagas, PaymentService payments) {
    this.orders = orders;
    this.sagas = sagas;
    this.payments = payments;
  }

  /** Whether a new order on these terms may be accepted; {@link #noMorePayments} is the rejection if not. */
  public boolean accepts(PlacedOrder.Terms terms) {
    return payments.accepts(terms.payment());
  }

  /** The rejection of an order because too many payments wait. */
  public static Rejection noMorePayments() {
    return Rejection.unavailable(PAYMENT_QUEUE_FULL, "too many payments wait for the payment provider; orders by account go on");
  }

  /**
   * Places an order that may be new. The answer for an order that is known does not depend on the payment provider's state since. Rejected with
   * PAYMENT_QUEUE_FULL, or with IDEMPOTENCY_KEY_REUSED when the id is that of another order.
   */
  CompletionStage<SagaState> place(String orderId, PlacedOrder order) {
    CompletionStage<SagaState> placing = payments.accepts(order.payment()) ? placeAccepted(orderId, order)
        : sagas.get(orderId).exceptionallyCompose(failure ->
            CompletableFuture.failedFuture(Rejection.isNotFound(failure) ? noMorePayments().exception() : failure));
    return placing.thenApply(progress -> sagas.startedWith(progress, order, KEY_REUSED));
  }

  /** Places an order under an id that was never used; rejected with PAYMENT_QUEUE_FULL. */
  CompletionStage<SagaState> placeNew(String orderId, PlacedOrder order) {
    return payments.accepts(order.payment()) ? sagas.startNew(orderId, order)
        : CompletableFuture.failedFuture(noMorePayments().exception());
  }

  /** Places an order that was accepted before; one that is known is left as it is. Once the stage has completed it ends by itself. */
  public CompletionStage<SagaState> placeAccepted(String orderId, PlacedOrder order) {
    return sagas.start(orderId, order);
  }

  /** Cancels the order for the customer; rejected with ORDER_NOT_FOUND, or with ALREADY_SHIPPED when it is too late. */
  CompletionStage<SagaState> cancel(String orderId) {
    return sagas.cancel(orderId, "CUSTOMER_REQUEST", "the customer cancelled the order").exceptionallyCompose(failure ->
        CompletableFuture.failedFuture(Rejection.in(failure).<Throwable>map(rejection -> switch (rejection.kind()) {
          case NOT_FOUND -> noSuchOrder();
          case CONFLICT -> Rejection.conflict("ALREADY_SHIPPED", "the order has been shipped").exception();
          default -> failure;
        }).orElse(failure)));
  }

  /** The order; one whose saga has not created it yet is read from the saga: an order that was answered with 201 is never unknown. */
  CompletionStage<Order.State> read(String orderId) {
    return orders.get(orderId).exceptionallyCompose(failure -> Rejection.isNotFound(failure)
        ? saga(orderId).thenApply(progress -> Order.State.pending(sagas.input(progress), progress.startedAt()))
        : CompletableFuture.failedFuture(failure));
  }

  /** Completes when the order's saga has ended; fails when that takes longer than the limit. */
  CompletionStage<SagaState> awaitEnd(String orderId, Duration limit) {
    return sagas.awaitEnd(orderId, limit);
  }

  /** The order's saga; rejected with ORDER_NOT_FOUND. */
  public CompletionStage<SagaState> saga(String orderId) {
    return sagas.get(orderId).exceptionallyCompose(failure ->
        CompletableFuture.failedFuture(Rejection.isNotFound(failure) ? noSuchOrder() : failure));
  }

  /** The name of the saga of orders. */
  String sagaName() {
    return sagas.name();
  }

  private static RuntimeException noSuchOrder() {
    return Rejection.notFound("ORDER_NOT_FOUND", "there is no such order").exception();
  }
}
