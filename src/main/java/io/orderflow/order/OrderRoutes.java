package io.orderflow.order;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Refusal;
import io.orderflow.saga.SagaView;
import io.orderflow.saga.Sagas;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * {@code /api/orders}: placing, reading and cancelling orders.
 *
 * <p>An order's id is made from the client's {@code Idempotency-Key}: a repeat reaches the same saga, which knows what it was started
 * with. So the key is as durable as the order, needs no table and no second write, and concurrent repeats are one order. The key alone
 * makes the id, not the key and the customer: the same key with any other body must be refused, another customer's included.
 */
public final class OrderRoutes extends Routes {

  private final OrderPlacement placement;
  private final Sagas<PlacedOrder> sagas;
  private final Supplier<UUID> ids;

  /** @param ids makes the id of an order that came without a key */
  public OrderRoutes(OrderPlacement placement, Sagas<PlacedOrder> sagas, Supplier<UUID> ids) {
    this.placement = placement;
    this.sagas = sagas;
    this.ids = ids;
  }

  /** The routes from {@code /api/orders} on. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("orders", () -> concat(
        pathEnd(() -> post(() -> extractRequest(request -> body(PlacedOrder::read, placed -> place(request, placed))))),
        id("orderId", order -> concat(
            pathEnd(() -> get(() -> answer(placement.read(order), view -> Json.response(200, view)))),
            path("cancel", () -> post(() -> cancel(order))),
            path("saga", () -> get(() -> answer(placement.saga(order), progress ->
                Json.response(200, SagaView.of(order, sagas.name(), progress))))))))));
  }

  private Route place(HttpRequest request, PlacedOrder placed) {
    String orderId = idempotencyKey(request).map(OrderRoutes::idOf).orElseGet(() -> ids.get().toString());
    return after(placement.place(orderId, placed), progress -> sagas.input(progress).equals(placed)
        ? placement.placed(request, orderId, placed, progress)
        : complete(Problem.of(422, "IDEMPOTENCY_KEY_REUSED", "this Idempotency-Key was used for another order").response()));
  }

  private Route cancel(String orderId) {
    return onComplete(sagas.cancel(orderId, "CUSTOMER_REQUEST", "the customer cancelled the order"), outcome -> {
      if (outcome.isSuccess()) {
        return answer(placement.read(orderId), view -> Json.response(202, view));
      }
      return complete(Refusal.in(outcome.failed().get()).map(refusal -> switch (refusal.kind()) {
        case NOT_FOUND -> OrderPlacement.noSuchOrder();
        case CONFLICT -> Problem.of(409, "ALREADY_SHIPPED", "the order has been shipped");
        default -> Problem.of(refusal);
      }).orElseGet(() -> Problem.of(outcome.failed().get())).response());
    });
  }

  static String idOf(String idempotencyKey) {
    return UUID.nameUUIDFromBytes(("order:" + idempotencyKey).getBytes(StandardCharsets.UTF_8)).toString();
  }
}
