package io.orderflow.shipping;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;

/** {@code /api/shipments}: the shipment of an order. */
public final class ShipmentRoutes extends Routes {

  private final ShippingService shipping;

  public ShipmentRoutes(ShippingService shipping) {
    this.shipping = shipping;
  }

  /** The routes from {@code /api/shipments} on. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("shipments", () -> id("orderId", order -> pathEnd(() -> get(() ->
        answer(shipping.get(order), shipment -> Json.response(200, ShipmentResponse.of(order, shipment))))))));
  }
}
