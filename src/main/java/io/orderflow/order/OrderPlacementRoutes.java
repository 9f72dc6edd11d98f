package io.orderflow.order;

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
import io.orderflow.saga.SagaState;
import io.orderflow.security.Caller;
import io.orderflow.security.Denied;
import io.orderflow.security.Scopes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** Responses that all routes share that place an order, whether from a request body or from a cart. */
public final class OrderPlacementRoutes extends Routes {

  /** {@code Retry-After} of a rejection because too many payments are queued. The queue does not drain sooner. */
  private static final Duration RETRY_FULL = Duration.ofSeconds(10);

  private final OrderPlacement placement;
  private final ClientPresence clients;
  private final Duration maxWait;
  /** Permits for clients that wait for an order's end. */
  private final Semaphore waiting;

  /**
   * @param maxWait the upper limit of {@code Prefer: wait}
   * @param maxWaiting the most clients that wait at the same time; any further client is answered at once
   */
  public OrderPlacementRoutes(OrderPlacement placement, ClientPresence clients, Duration maxWait, int maxWaiting) {
    this.placement = placement;
    this.clients = clients;
    this.maxWait = maxWait;
    this.waiting = new Semaphore(maxWaiting);
  }

  /**
   * The user whose accounts may pay for the customer's order; null if everybody's may.
   *
   * @throws Denied if the caller may not place the customer's orders
   */
  public static String payer(Caller caller, String customerId) {
    if (!caller.mayActFor(customerId, Scopes.ORDERS_WRITE)) {
      throw Denied.needs(Scopes.ORDERS_WRITE);
    }
    return caller.has(Scopes.ACCOUNTS_WRITE) ? null : customerId;
  }

  /** Continues with the result of a stage that places an order or prepares one. Completes the request with a problem if the stage failed. */
  public <T> Route afterPlacing(CompletionStage<T> placing, Function<T, Route> inner) {
    return after(placing.exceptionallyCompose(failure -> CompletableFuture.failedFuture(Rejection.in(failure)
        .filter(rejection -> rejection.code().equals(OrderPlacement.PAYMENT_QUEUE_FULL))
        .<Throwable>map(full -> Problem.notNow(full.code(), full.detail(), RETRY_FULL).exception()).orElse(failure))), inner);
  }

  /** Answers 201 with the order and its {@code Location}. Before that, waits for the order's end as long as the request prefers. */
  public Route placed(HttpRequest request, String orderId, PlacedOrder order, SagaState saga) {
    Optional<Duration> wait = Preferences.wait(request, maxWait).filter(time -> !time.isZero());
    if (wait.isPresent() && saga.state().isActive() && waiting.tryAcquire()) {
      return answer(awaitEnd(request, orderId, wait.get()).thenCompose(placement::read).thenCompose(now -> placement.shown(orderId, now)), now ->
          created(now).addHeader(RawHeader.create("Preference-Applied", "wait=" + wait.get().toSeconds())));
    }
    CompletionStage<Order.State> now = saga.steps().size() > 1 ? placement.read(orderId)
        : CompletableFuture.completedStage(Order.State.pending(order, saga.startedAt()));
    return answer(now.thenCompose(state -> placement.shown(orderId, state)), OrderPlacementRoutes::created);
  }

  /** Completes when the order's saga has ended, the time limit is reached or the client has disconnected; its permit is free by then. */
  private CompletionStage<String> awaitEnd(HttpRequest request, String orderId, Duration limit) {
    CompletableFuture<String> done = new CompletableFuture<>();
    Runnable stopWatching = clients.watch(request, () -> done.complete(orderId));
    // The caller continues from this stage, not from the future: dependents of a future run in reverse order of registration, and the client could
    // have its response before the permit is free.
    CompletionStage<String> released = done.thenApply(id -> {
      waiting.release();
      stopWatching.run();
      return id;
    });
    if (!done.isDone()) {
      CompletableFuture.completedStage(orderId).thenCompose(id -> placement.awaitEnd(id, limit))
          .whenComplete((ended, stillActive) -> done.complete(orderId));
    }
    return released;
  }

  private static HttpResponse created(OrderResponse order) {
    return Json.response(201, order).addHeader(Location.create("/api/orders/" + order.orderId()));
  }
}
