package io.orderflow.shipping;

import akka.http.javadsl.server.Route;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import java.time.Instant;

/** {@code /api/shipments}: the shipment of an order. */
public final class ShipmentRoutes extends Routes {

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record ShipmentView(String shipmentId, String orderId, Shipment.Status status, Address address, Instant createdAt,
      Instant cancelledAt) {}

  private final ShippingService shipping;

  public ShipmentRoutes(ShippingService shipping) {
    this.shipping = shipping;
  }

  /** The routes from {@code /api/shipments} on. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("shipments", () -> id("orderId", order -> pathEnd(() -> get(() ->
        answer(shipping.get(order), shipment -> Json.response(200, new ShipmentView(Shipment.idOf(order), order,
            shipment.status(), shipment.address(), shipment.createdAt(), shipment.cancelledAt()))))))));
  }
}
