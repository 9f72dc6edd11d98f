package io.orderflow.shipping;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored and sent type names of shipments. */
public final class ShippingTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> stored() {
    return Map.ofEntries(
        Map.entry("shipment.cancelled", Shipment.Cancelled.class),
        Map.entry("shipment.created", Shipment.Created.class));
  }

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("shipment.cancel", Shipment.Cancel.class),
        Map.entry("shipment.create", Shipment.Create.class),
        Map.entry("shipment.get", Shipment.Get.class),
        Map.entry("shipment.state", Shipment.State.class));
  }
}
