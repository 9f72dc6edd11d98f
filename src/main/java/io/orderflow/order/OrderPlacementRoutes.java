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
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** The answers to requests that place an order, be it as an order or from a cart. */
public final class OrderAnswers extends Routes {

  /** When a client that was rejected because too many payments wait may ask again: a queue does not empty sooner. */
  private static final Duration RETRY_FULL = Duration.ofSeconds(10);

  private final OrderPlacement placement;
  private final ClientPresence clients;
  private final Duration maxWait;
  /** Places for clients that wait for an order's end. */
  private final Semaphore waiting;

  /**
   * @param maxWait the longest that {@code Prefer: wait} is granted
   * @param maxWaiting the clients that it is granted to at the same time; one more is answered at once
   */
  public OrderAnswers(OrderPlacement placement, ClientPresence clients, Duration maxWait, int maxWaiting) {
    this.placement = placement;
    this.clients = clients;
    this.maxWait = maxWait;
    this.waiting = new Semaphore(maxWaiting);
  }

  /** Goes on with the result of a stage that places an order or prepares that, or answers with the problem that its failure is. */
  public <T> Route afterPlacing(CompletionStage<T> placing, Function<T, Route> inner) {
    return after(placing.exceptionallyCompose(failure -> CompletableFuture.failedFuture(Rejection.in(failure)
        .filter(rejection -> rejection.code().equals(OrderPlacement.PAYMENT_QUEUE_FULL))
        .<Throwable>map(full -> Problem.notNow(full.code(), full.detail(), RETRY_FULL).exception()).orElse(failure))), inner);
  }

  /** Answers for an order that is placed: 201 with its place, after the time that the request would rather wait for its end. */
  public Route placed(HttpRequest request, String orderId, PlacedOrder order, SagaState progress) {
    Optional<Duration> wait = Preferences.wait(request, maxWait).filter(time -> !time.isZero());
    if (wait.isPresent() && progress.state().isActive() && waiting.tryAcquire()) {
      return answer(awaitEnd(request, orderId, wait.get()).thenCompose(placement::read), now ->
          created(orderId, now).addHeader(RawHeader.create("Preference-Applied", "wait=" + wait.get().toSeconds())));
    }
    return progress.steps().size() > 1 ? answer(placement.read(orderId), now -> created(orderId, now))
        : complete(created(orderId, Order.State.pending(order, progress.startedAt())));
  }

  /** Completes when the order's saga has ended, the time is over or the client has gone away; then its place to wait is free. */
  private CompletionStage<String> awaitEnd(HttpRequest request, String orderId, Duration limit) {
    CompletableFuture<String> over = new CompletableFuture<>();
    over.whenComplete((id, none) -> waiting.release());
    Runnable served = clients.watch(request, () -> over.complete(orderId));
    over.whenComplete((id, none) -> served.run());
    if (!over.isDone()) {
      CompletableFuture.completedStage(orderId).thenCompose(id -> placement.awaitEnd(id, limit))
          .whenComplete((ended, stillActive) -> over.complete(orderId));
    }
    return over;
  }

  private static HttpResponse created(String orderId, Order.State order) {
    return Json.response(201, OrderResponse.of(orderId, order)).addHeader(Location.create("/api/orders/" + orderId));
  }
}
