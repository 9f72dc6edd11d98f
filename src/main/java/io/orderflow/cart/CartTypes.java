package io.orderflow.cart;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored and sent type names of carts. */
public final class CartTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> stored() {
    return Map.ofEntries(
        Map.entry("cart.checked-out", ShoppingCart.CheckedOut.class),
        Map.entry("cart.expired", ShoppingCart.Expired.class),
        Map.entry("cart.item-put", ShoppingCart.ItemPut.class),
        Map.entry("cart.item-removed", ShoppingCart.ItemRemoved.class),
        Map.entry("cart.order-placed", ShoppingCart.OrderPlaced.class),
        Map.entry("cart.state", ShoppingCart.State.class));
  }

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("cart.check-out", ShoppingCart.CheckOut.class),
        Map.entry("cart.contents", ShoppingCart.Contents.class),
        Map.entry("cart.get", ShoppingCart.Get.class),
        Map.entry("cart.note-placed", ShoppingCart.NotePlaced.class),
        Map.entry("cart.put-item", ShoppingCart.PutItem.class),
        Map.entry("cart.remove-item", ShoppingCart.RemoveItem.class));
  }
}
