package io.orderflow.shipping;

import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;

/** Reads the shipment of an order at {@code /api/shipments}. */
public final class ShipmentRoutes extends Routes {

  private final ShippingService shipping;

  public ShipmentRoutes(ShippingService shipping) {
    this.shipping = shipping;
  }

  /** Routes {@code /api/shipments}. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("shipments", () -> id("orderId", order -> pathEnd(() -> get(() ->
        answer(shipping.get(order), shipment -> Json.response(200, ShipmentResponse.of(order, shipment))))))));
  }
}
