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
 * Places, reads and cancels orders at {@code /api/orders}, and lists a customer's orders at {@code /api/users/{userId}/orders}.
 *
 * <p>The order's id is derived from the client's {@code Idempotency-Key}, so that a repeat reaches the same saga, which has recorded its
 * input. Thus the key is as durable as the order, needs neither a table nor a second write, and concurrent repeats make one order. The id
 * depends on the key alone and not on the customer, because the same key with any other body must be rejected, even from another customer.
 */
public final class OrderRoutes extends Routes {

  private final OrderPlacement placement;
  private final OrderPlacementRoutes placementRoutes;
  private final OrderQueries queries;
  private final Supplier<UUID> ids;

  /** @param ids generates ids for orders without an idempotency key */
  public OrderRoutes(OrderPlacement placement, OrderPlacementRoutes placementRoutes, OrderQueries queries, Supplier<UUID> ids) {
    this.placement = placement;
    this.placementRoutes = placementRoutes;
    this.queries = queries;
    this.ids = ids;
  }

  /** Routes {@code /api/orders}, {@code /api/users/{userId}/orders} and {@code /ops/stats}. */
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
            id("orderId", this::order)))));
  }

  private Route order(String orderId) {
    return concat(
        pathEnd(() -> get(() -> answer(find(orderId), order -> Json.response(200, order)))),
        path("cancel", () -> post(() -> cancel(orderId))),
        path("saga", () -> get(() -> answer(placement.saga(orderId), saga ->
            Json.response(200, SagaView.of(orderId, placement.sagaName(), saga))))));
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
    return placementRoutes.afterPlacing(placing, saga -> placementRoutes.placed(request, orderId, placed, saga));
  }

  private Route cancel(String orderId) {
    return answer(placement.cancel(orderId).thenCompose(saga -> placement.read(orderId)),
        order -> Json.response(202, OrderResponse.of(orderId, order)));
  }

  /**
   * Reads an ended order from the view, and any other from the aggregate. The view may be behind: a client that has seen an order's end must
   * not be told afterwards that the order is pending.
   */
  private CompletionStage<OrderResponse> find(String orderId) {
    return queries.find(orderId).thenCompose(found -> found.filter(order -> order.status() != Order.Status.PENDING)
        .map(CompletableFuture::completedStage).orElseGet(() -> placement.read(orderId).thenApply(order -> OrderResponse.of(orderId, order))));
  }

  static String idOf(String idempotencyKey) {
    return Ids.named("order", idempotencyKey);
  }
}
