package io.orderflow.order;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.Json;
import io.orderflow.http.Preferences;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Rejection;
import io.orderflow.payment.PaymentService;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.Sagas;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/** Places orders and answers for them, whichever way they come: as an order, or from a cart. */
public final class OrderPlacement extends Routes {

  /** After so long a client that was refused for the sake of the queue may ask again: a queue does not empty sooner. */
  private static final Duration RETRY_FULL = Duration.ofSeconds(10);

  private final OrderService orders;
  private final Sagas<PlacedOrder> sagas;
  private final PaymentService payments;
  private final Duration maxWait;
  private final ClientPresence clients;
  /** Places for clients that wait for an order's end. */
  private final Semaphore waiting;

  /**
   * Placement of orders.
   *
   * @param maxWait the longest that {@code Prefer: wait} is granted
   * @param maxWaiting the clients that it is granted to at the same time; one more is answered at once
   */
  public OrderPlacement(ActorSystem<?> system, OrderService orders, Sagas<PlacedOrder> sagas, PaymentService payments, Duration maxWait, int maxWaiting) {
    this.clients = ClientPresence.of(system.classicSystem());
    this.waiting = new Semaphore(maxWaiting);
    this.orders = orders;
    this.sagas = sagas;
    this.payments = payments;
    this.maxWait = maxWait;
  }

  /** Whether a new order on these terms may be accepted; {@link #noMorePayments} says why not. */
  public boolean accepts(PlacedOrder.Terms terms) {
    return payments.accepts(terms.payment());
  }

  /** What is said to an order that is not accepted because too many payments wait. */
  public static Problem noMorePayments() {
    return Problem.notNow("PAYMENT_QUEUE_FULL", "too many payments wait for the payment provider; orders by account go on", RETRY_FULL);
  }

  /** Places an order that may be new; one that is known is answered as ever, whatever became of the provider since. */
  CompletionStage<SagaState> place(String orderId, PlacedOrder order) {
    return payments.accepts(order.payment()) ? placeAccepted(orderId, order)
        : sagas.get(orderId).exceptionallyCompose(failure ->
            CompletableFuture.failedFuture(Rejection.isNotFound(failure) ? noMorePayments().exception() : failure));
  }

  /** Places an order under an id that was never used. */
  CompletionStage<SagaState> placeNew(String orderId, PlacedOrder order) {
    return payments.accepts(order.payment()) ? sagas.startNew(orderId, order)
        : CompletableFuture.failedFuture(noMorePayments().exception());
  }

  /** Places an order that was accepted before; one that is known is left as it is. Once the stage has completed it ends by itself. */
  public CompletionStage<SagaState> placeAccepted(String orderId, PlacedOrder order) {
    return sagas.start(orderId, order);
  }

  /** Answers for an order that is placed: 201 with its place, after the time that the request would rather wait for its end. */
  public Route placed(HttpRequest request, String orderId, PlacedOrder order, SagaState progress) {
    Optional<Duration> wait = Preferences.wait(request, maxWait).filter(time -> !time.isZero());
    if (wait.isPresent() && progress.state().isActive() && waiting.tryAcquire()) {
      return answer(awaitEnd(request, orderId, wait.get()).thenCompose(this::read),
          view -> created(view).addHeader(RawHeader.create("Preference-Applied", "wait=" + wait.get().toSeconds())));
    }
    return progress.steps().size() > 1 ? answer(read(orderId), OrderPlacement::created)
        : complete(created(OrderResponse.pending(orderId, order, progress.startedAt())));
  }

  /** Completes when the order's saga has come to rest, the time is over or the client has gone away; then its place to wait is free. */
  private CompletionStage<String> awaitEnd(HttpRequest request, String orderId, Duration limit) {
    CompletableFuture<String> over = new CompletableFuture<>();
    over.whenComplete((id, none) -> waiting.release());
    Runnable served = clients.watch(request, () -> over.complete(orderId));
    over.whenComplete((id, none) -> served.run());
    if (!over.isDone()) {
      CompletableFuture.completedStage(orderId).thenCompose(id -> sagas.awaitEnd(id, limit))
          .whenComplete((ended, stillMoving) -> over.complete(orderId));
    }
    return over;
  }

  /** The order; one whose saga has not created it yet is shown from the saga: an order that was answered with 201 is never unknown. */
  CompletionStage<OrderResponse> read(String orderId) {
    return orders.get(orderId).thenApply(order -> OrderResponse.of(orderId, order)).exceptionallyCompose(failure ->
        Rejection.isNotFound(failure) ? saga(orderId).thenApply(progress ->
            OrderResponse.pending(orderId, sagas.input(progress), progress.startedAt())) : CompletableFuture.failedFuture(failure));
  }

  /** The order's saga; the stage fails with ORDER_NOT_FOUND. */
  public CompletionStage<SagaState> saga(String orderId) {
    return sagas.get(orderId).exceptionallyCompose(failure ->
        CompletableFuture.failedFuture(Rejection.isNotFound(failure) ? noSuchOrder().exception() : failure));
  }

  static Problem noSuchOrder() {
    return Problem.of(404, "ORDER_NOT_FOUND", "there is no such order");
  }

  private static HttpResponse created(OrderResponse view) {
    return Json.response(201, view).addHeader(Location.create("/api/orders/" + view.orderId()));
  }
}
