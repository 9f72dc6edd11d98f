package io.orderflow.order;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Refusal;
import io.orderflow.payment.Payments;
import io.orderflow.saga.Progress;
import io.orderflow.saga.SagaView;
import io.orderflow.saga.Sagas;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * {@code /api/orders}: placing, reading and cancelling orders.
 *
 * <p>An order's id is made from the client's {@code Idempotency-Key}: a repeat reaches the same saga, which knows what it was started
 * with. So the key is as durable as the order, needs no table and no second write, and concurrent repeats are one order. The key alone
 * makes the id, not the key and the customer: the same key with any other body must be refused, another customer's included.
 */
public final class OrderRoutes extends Routes {

  /** After so long a client that was refused for the sake of the queue may ask again: a queue does not empty sooner. */
  private static final Duration RETRY_FULL = Duration.ofSeconds(10);

  private final Orders orders;
  private final OrderQueries queries;
  private final Sagas<PlacedOrder> sagas;
  private final Payments payments;
  private final Supplier<UUID> ids;
  private final Duration maxWait;

  /**
   * @param ids makes the id of an order that came without a key
   * @param maxWait the longest that {@code Prefer: wait} is granted
   */
  public OrderRoutes(Orders orders, OrderQueries queries, Sagas<PlacedOrder> sagas, Payments payments, Supplier<UUID> ids,
      Duration maxWait) {
    this.orders = orders;
    this.queries = queries;
    this.sagas = sagas;
    this.payments = payments;
    this.ids = ids;
    this.maxWait = maxWait;
  }

  /** The routes from {@code /api/orders} on, and {@code /ops/stats}. */
  public Route routes() {
    return concat(api(), path(PathMatchers.segment("ops").slash("stats"), () ->
        get(() -> answer(queries.stats(), stats -> Json.response(200, stats)))));
  }

  private Route api() {
    return pathPrefix("api", () -> pathPrefix("orders", () -> concat(
        pathEnd(() -> concat(
            get(this::list),
            post(() -> extractRequest(request -> body(PlacedOrder::read, placed -> place(request, placed)))))),
        id("orderId", order -> concat(
            pathEnd(() -> get(() -> answer(find(order), view -> Json.response(200, view)))),
            path("cancel", () -> post(() -> cancel(order))),
            path("saga", () -> get(() -> answer(saga(order), progress ->
                Json.response(200, SagaView.of(order, sagas.name(), progress))))))))));
  }

  private Route list() {
    return parameterOptional("customerId", customer -> parameterOptional("status", status -> Page.parameters(page -> {
      if (customer.isPresent() && !Ids.valid(customer.get())) {
        throw Problem.field("INVALID_FIELD", "customerId", "must match " + Ids.FORM).exception();
      }
      return answer(queries.list(customer, status.map(OrderQueries::status), page), orders -> Json.response(200, orders));
    })));
  }

  private Route place(HttpRequest request, PlacedOrder placed) {
    String orderId = idempotencyKey(request).map(OrderRoutes::idOf).orElseGet(() -> ids.get().toString());
    // An order that is known is answered as ever, whatever became of the provider since.
    CompletionStage<Progress> started = payments.accepts(placed.payment()) ? sagas.start(orderId, placed)
        : sagas.get(orderId).exceptionallyCompose(failure ->
            CompletableFuture.failedFuture(isNotFound(failure) ? noMorePayments().exception() : failure));
    return after(started, progress -> {
      if (!sagas.input(progress).equals(placed)) {
        return complete(Problem.of(422, "IDEMPOTENCY_KEY_REUSED", "this Idempotency-Key was used for another order").response());
      }
      Optional<Duration> wait = preferredWait(request, maxWait).filter(time -> !time.isZero());
      if (wait.isPresent() && progress.state().moving()) {
        return answer(sagas.awaitRest(orderId, wait.get()).handle((rest, stillMoving) -> orderId).thenCompose(this::read),
            view -> created(view).addHeader(RawHeader.create("Preference-Applied", "wait=" + wait.get().toSeconds())));
      }
      return progress.steps().size() > 1 ? answer(read(orderId), OrderRoutes::created)
          : complete(created(OrderView.pending(orderId, placed, progress.startedAt())));
    });
  }

  private Route cancel(String orderId) {
    return onComplete(sagas.cancel(orderId, "CUSTOMER_REQUEST", "the customer cancelled the order"), outcome -> {
      if (outcome.isSuccess()) {
        return answer(read(orderId), view -> Json.response(202, view));
      }
      return complete(Refusal.in(outcome.failed().get()).map(refusal -> switch (refusal.kind()) {
        case NOT_FOUND -> noSuchOrder();
        case CONFLICT -> Problem.of(409, "ALREADY_SHIPPED", "the order has been shipped");
        default -> Problem.of(refusal);
      }).orElseGet(() -> Problem.of(outcome.failed().get())).response());
    });
  }

  /** The order as the view has it; one that the view does not have yet is read where it is made. */
  private CompletionStage<OrderView> find(String orderId) {
    return queries.find(orderId).thenCompose(found -> found.map(CompletableFuture::completedStage).orElseGet(() -> read(orderId)));
  }

  /** The order as it stands now; one whose saga has not created it yet is shown from the saga: an order that was answered with 201 is never unknown. */
  private CompletionStage<OrderView> read(String orderId) {
    return orders.get(orderId).thenApply(order -> OrderView.of(orderId, order)).exceptionallyCompose(failure ->
        isNotFound(failure) ? saga(orderId).thenApply(progress ->
            OrderView.pending(orderId, sagas.input(progress), progress.startedAt())) : CompletableFuture.failedFuture(failure));
  }

  private CompletionStage<Progress> saga(String orderId) {
    return sagas.get(orderId).exceptionallyCompose(failure ->
        CompletableFuture.failedFuture(isNotFound(failure) ? noSuchOrder().exception() : failure));
  }

  private static HttpResponse created(OrderView view) {
    return Json.response(201, view).addHeader(Location.create("/api/orders/" + view.orderId()));
  }

  private static Problem noSuchOrder() {
    return Problem.of(404, "ORDER_NOT_FOUND", "there is no such order");
  }

  private static Problem noMorePayments() {
    return Problem.notNow("PAYMENT_QUEUE_FULL", "too many payments wait for the payment provider; orders by account go on", RETRY_FULL);
  }

  private static boolean isNotFound(Throwable failure) {
    return Refusal.in(failure).filter(refusal -> refusal.kind() == Refusal.Kind.NOT_FOUND).isPresent();
  }

  static String idOf(String idempotencyKey) {
    return UUID.nameUUIDFromBytes(("order:" + idempotencyKey).getBytes(StandardCharsets.UTF_8)).toString();
  }
}
