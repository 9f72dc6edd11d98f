package io.orderflow.product;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored and sent type names of products. */
public final class ProductTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> stored() {
    return Map.ofEntries(
        Map.entry("product.offered", Product.Offered.class),
        Map.entry("product.reservation-released", Product.ReservationReleased.class),
        Map.entry("product.reservation-shipped", Product.ReservationShipped.class),
        Map.entry("product.reserved", Product.Reserved.class),
        Map.entry("product.restocked", Product.Restocked.class),
        Map.entry("product.state", Product.State.class));
  }

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("product.details", Product.Details.class),
        Map.entry("product.done", Product.Done.class),
        Map.entry("product.get", Product.Get.class),
        Map.entry("product.offer", Product.Offer.class),
        Map.entry("product.put", Product.Put.class),
        Map.entry("product.release", Product.Release.class),
        Map.entry("product.reserve", Product.Reserve.class),
        Map.entry("product.restock", Product.Restock.class),
        Map.entry("product.ship", Product.Ship.class),
        Map.entry("product.stock", Product.Stock.class));
  }
}
