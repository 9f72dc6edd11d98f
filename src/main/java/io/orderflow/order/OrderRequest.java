package io.orderflow.order;

import io.orderflow.http.JsonFields;
import io.orderflow.product.Inventory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads an order from the body of {@code POST /api/orders}. */
final class OrderRequest {

  private OrderRequest() {}

  static PlacedOrder read(JsonFields fields) {
    PlacedOrder.Terms terms = TermsRequest.read(fields);
    String currency = fields.currency("currency");
    List<Inventory.Item> items = new ArrayList<>();
    Set<String> skus = new HashSet<>();
    for (JsonFields item : fields.objects("items", PlacedOrder.MAX_ITEMS)) {
      String sku = item.id("sku");
      if (!skus.add(sku)) {
        throw item.invalid("sku", "appears in the order twice");
      }
      items.add(new Inventory.Item(sku, item.integer("quantity", 1, PlacedOrder.MAX_QUANTITY), item.money("unitPrice", currency)));
    }
    try {
      return terms.order(items);
    } catch (IllegalArgumentException tooLarge) {
      throw fields.invalid("items", "the order's total is too large");
    }
  }
}
