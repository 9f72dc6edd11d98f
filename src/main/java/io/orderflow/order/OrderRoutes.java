package io.orderflow.order;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Ids;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.SagaView;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * {@code /api/orders}: placing, reading and cancelling orders; {@code /api/users/{userId}/orders}: those of a customer.
 *
 * <p>An order's id is made from the client's {@code Idempotency-Key}: a repeat reaches the same saga, which knows what it was started
 * with. So the key is as durable as the order, needs no table and no second write, and concurrent repeats are one order. The key alone
 * makes the id, not the key and the customer: the same key with any other body must be refused, another customer's included.
 */
public final class OrderRoutes extends Routes {

  private final OrderPlacement placement;
  private final OrderAnswers answers;
  private final OrderQueries queries;
  private final Supplier<UUID> ids;

  /** @param ids makes the id of an order that came without a key */
  public OrderRoutes(OrderPlacement placement, OrderAnswers answers, OrderQueries queries, Supplier<UUID> ids) {
    this.placement = placement;
    this.answers = answers;
    this.queries = queries;
    this.ids = ids;
  }

  /** The routes from {@code /api/orders} on, and {@code /ops/stats}. */
  public Route routes() {
    return concat(api(), path(PathMatchers.segment("ops").slash("stats"), () ->
        get(() -> answer(queries.stats(), stats -> Json.response(200, stats)))));
  }

  private Route api() {
    return pathPrefix("api", () -> concat(
        pathPrefix("users", () -> id("userId", user -> path("orders", () -> get(() -> list(Optional.of(user)))))),
        pathPrefix("orders", () -> concat(
            pathEnd(() -> concat(
                get(() -> parameterOptional("customerId", this::list)),
                post(() -> extractRequest(request -> body(OrderRequest::read, placed -> place(request, placed)))))),
            id("orderId", this::one)))));
  }

  private Route one(String orderId) {
    return concat(
        pathEnd(() -> get(() -> answer(find(orderId), order -> Json.response(200, order)))),
        path("cancel", () -> post(() -> cancel(orderId))),
        path("saga", () -> get(() -> answer(placement.saga(orderId), progress ->
            Json.response(200, SagaView.of(orderId, placement.sagaName(), progress))))));
  }

  private Route list(Optional<String> customer) {
    customer.filter(id -> !Ids.valid(id)).ifPresent(id -> {
      throw Problem.field("INVALID_FIELD", "customerId", "must match " + Ids.FORM).exception();
    });
    return parameterOptional("status", status -> Page.parameters(page ->
        answer(queries.list(customer, status.map(OrderRoutes::status), page), orders -> Json.response(200, orders))));
  }

  private static Order.Status status(String name) {
    return Arrays.stream(Order.Status.values()).filter(status -> status.name().equals(name)).findFirst().orElseThrow(() ->
        Problem.field("INVALID_FIELD", "status", "must be one of " + Arrays.toString(Order.Status.values())).exception());
  }

  private Route place(HttpRequest request, PlacedOrder placed) {
    Optional<String> known = idempotencyKey(request).map(OrderRoutes::idOf);
    String orderId = known.orElseGet(() -> ids.get().toString());
    CompletionStage<SagaState> placing = known.isPresent() ? placement.place(orderId, placed) : placement.placeNew(orderId, placed);
    return answers.afterPlacing(placing, progress -> answers.placed(request, orderId, placed, progress));
  }

  private Route cancel(String orderId) {
    return answer(placement.cancel(orderId).thenCompose(progress -> placement.read(orderId)),
        order -> Json.response(202, OrderResponse.of(orderId, order)));
  }

  /**
   * The order as the view has it once it has ended; before that, and while the view does not have it yet, it is read where it is made: who
   * was answered with an order's end must not be told afterwards that it is pending.
   */
  private CompletionStage<OrderResponse> find(String orderId) {
    return queries.find(orderId).thenCompose(found -> found.filter(order -> order.status() != Order.Status.PENDING)
        .map(CompletableFuture::completedStage).orElseGet(() -> placement.read(orderId).thenApply(order -> OrderResponse.of(orderId, order))));
  }

  static String idOf(String idempotencyKey) {
    return Ids.named("order", idempotencyKey);
  }
}
