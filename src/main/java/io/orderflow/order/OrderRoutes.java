package io.orderflow.order;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Ownership;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.RequestKey;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Rejection;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.SagaView;
import io.orderflow.security.Caller;
import io.orderflow.security.Denied;
import io.orderflow.security.Scopes;
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
 * depends on the key and the caller, and not on the order's customer, because the same key with any other body must be rejected.
 */
public final class OrderRoutes extends Routes {

  private static final Ownership OF_USER = new Ownership(Scopes.ORDERS_READ, CompletableFuture::completedFuture,
      Rejection.notFound("USER_NOT_FOUND", "there is no such user"));

  private final OrderPlacement placement;
  private final Ownership owned;
  private final OrderPlacementRoutes placementRoutes;
  private final OrderQueries queries;
  private final Supplier<UUID> ids;

  /** @param ids generates ids for orders without an idempotency key */
  public OrderRoutes(OrderPlacement placement, OrderPlacementRoutes placementRoutes, OrderQueries queries, Supplier<UUID> ids) {
    this.placement = placement;
    this.owned = owned(placement);
    this.placementRoutes = placementRoutes;
    this.queries = queries;
    this.ids = ids;
  }

  /** Whose an order is. */
  static Ownership owned(OrderPlacement placement) {
    return new Ownership(Scopes.ORDERS_READ, placement::customerOf, OrderPlacement.NOT_FOUND);
  }

  /** Routes {@code /api/orders}, {@code /api/users/{userId}/orders} and {@code /ops/stats}. */
  public Route routes() {
    return concat(api(), path(PathMatchers.segment("ops").slash("stats"), () ->
        get(Access.scope(Scopes.OPS_READ), caller -> answer(queries.stats(), stats -> Json.response(200, stats)))));
  }

  private Route api() {
    return pathPrefix("api", () -> concat(
        pathPrefix("users", () -> id("userId", user -> path("orders", () -> get(Access.CALLERS, caller -> list(caller, Optional.of(user)))))),
        pathPrefix("orders", () -> concat(
            pathEnd(() -> concat(
                get(Access.CALLERS, caller -> parameterOptional("customerId", customer -> list(caller, customer))),
                post(Access.CALLERS, caller -> admitted(() -> keyed(caller, key -> extractRequest(request ->
                    body(OrderRequest::read, placed -> place(caller, request, key, placed)))))))),
            id("orderId", this::order)))));
  }

  private Route order(String orderId) {
    return concat(
        pathEnd(() -> get(Access.CALLERS, caller -> own(owned, caller, orderId, () ->
            answer(find(orderId), order -> Json.response(200, order))))),
        path("cancel", () -> post(Access.CALLERS, caller -> own(owned.under(Scopes.ORDERS_WRITE), caller, orderId, () -> cancel(caller, orderId)))),
        path("saga", () -> get(Access.CALLERS, caller -> own(owned, caller, orderId, () -> answer(placement.saga(orderId), saga ->
            Json.response(200, SagaView.of(orderId, placement.sagaName(), saga)))))));
  }

  /** Customers list their own orders; the list of all, and of others, needs the scope. */
  private Route list(Caller caller, Optional<String> customer) {
    if (customer.isPresent()) {
      return own(OF_USER, caller, customer.get(), () -> list(customer));
    }
    if (!caller.has(Scopes.ORDERS_READ)) {
      throw Denied.needs(Scopes.ORDERS_READ);
    }
    return list(customer);
  }

  private Route list(Optional<String> customer) {
    customer.filter(id -> !Ids.valid(id)).ifPresent(id -> {
      throw Problem.field("INVALID_FIELD", "customerId", "must match " + Ids.FORM).exception();
    });
    return parameterOptional("status", status -> Page.parameters(page ->
        answer(queries.list(customer, status.map(OrderRoutes::status), page), Page::response)));
  }

  private static Order.Status status(String name) {
    return Arrays.stream(Order.Status.values()).filter(status -> status.name().equals(name)).findFirst().orElseThrow(() ->
        Problem.field("INVALID_FIELD", "status", "must be one of " + Arrays.toString(Order.Status.values())).exception());
  }

  private Route place(Caller caller, HttpRequest request, Optional<RequestKey> key, PlacedOrder read) {
    PlacedOrder placed = read.paidBy(OrderPlacementRoutes.payer(caller, read.customerId()));
    Optional<String> known = key.map(OrderRoutes::idOf);
    String orderId = known.orElseGet(() -> ids.get().toString());
    CompletionStage<SagaState> placing = known.isPresent() ? placement.as(caller.actor()).place(orderId, placed)
        : placement.as(caller.actor()).placeNew(orderId, placed);
    return placementRoutes.afterPlacing(placing, saga -> placementRoutes.placed(request, orderId, placed, saga));
  }

  private Route cancel(Caller caller, String orderId) {
    return answer(placement.as(caller.actor()).cancel(orderId).thenCompose(saga -> placement.read(orderId))
        .thenCompose(order -> placement.shown(orderId, order)), order -> Json.response(202, order));
  }

  /**
   * Reads an ended order from the view, and any other from the aggregate. The view may be behind: a client that has seen an order's end must
   * not be told afterwards that the order is pending.
   */
  private CompletionStage<OrderResponse> find(String orderId) {
    return queries.find(orderId).thenCompose(found -> found.filter(order -> order.status() != Order.Status.PENDING)
        .map(CompletableFuture::completedStage).orElseGet(() -> placement.read(orderId).thenCompose(order -> placement.shown(orderId, order))));
  }

  /** A key belongs to its caller: the same key of two callers is two orders. In open mode all callers share their keys. */
  public static String idOf(RequestKey key) {
    return key.named("order");
  }
}
