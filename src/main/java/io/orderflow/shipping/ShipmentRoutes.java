package io.orderflow.shipping;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Ownership;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Rejection;
import io.orderflow.security.Scopes;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Reads the shipment of an order at {@code /api/shipments}. */
public final class ShipmentRoutes extends Routes {

  private static final Rejection NOT_FOUND = Rejection.notFound("SHIPMENT_NOT_FOUND", "there is no shipment for this order");

  private final ShippingService shipping;
  private final Ownership owned;

  /** @param customerOf the customer by the order's id */
  public ShipmentRoutes(ShippingService shipping, Function<String, CompletionStage<String>> customerOf) {
    this.shipping = shipping;
    this.owned = new Ownership(Scopes.ORDERS_READ, customerOf, NOT_FOUND);
  }

  /** Routes {@code /api/shipments}. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("shipments", () -> id("orderId", order -> pathEnd(() -> get(Access.CALLERS, caller ->
        own(owned, caller, order, () -> answer(shipping.get(order), shipment -> Json.response(200, ShipmentResponse.of(order, shipment)))))))));
  }
}
