package io.orderflow.order;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored and sent type names of orders. */
public final class OrderTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> stored() {
    return Map.ofEntries(
        Map.entry("order.cancelled", Order.Cancelled.class),
        Map.entry("order.confirmed", Order.Confirmed.class),
        Map.entry("order.created", Order.Created.class));
  }

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("order.cancel", Order.Cancel.class),
        Map.entry("order.confirm", Order.Confirm.class),
        Map.entry("order.create", Order.Create.class),
        Map.entry("order.details", PlacedOrder.class),
        Map.entry("order.get", Order.Get.class),
        Map.entry("order.state", Order.State.class));
  }
}
