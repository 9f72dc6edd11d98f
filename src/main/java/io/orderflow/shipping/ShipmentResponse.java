package io.orderflow.shipping;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/** The JSON of a shipment. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ShipmentResponse(String shipmentId, String orderId, Shipment.Status status, Address address, Instant createdAt,
    Instant cancelledAt) {

  static ShipmentResponse of(String orderId, Shipment.State shipment) {
    return new ShipmentResponse(Shipment.idOf(orderId), orderId, shipment.status(), shipment.address(), shipment.createdAt(),
        shipment.cancelledAt());
  }
}
