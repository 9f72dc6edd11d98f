package io.orderflow.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.JsonFields;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.payment.Payments;
import io.orderflow.product.Inventory;
import io.orderflow.shipping.Address;
import io.orderflow.shipping.Shipping;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a customer ordered.
 *
 * @param items each product once
 * @param total the sum over the items
 * @param shippingAddress null when the goods are collected
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlacedOrder(String customerId, List<Inventory.Item> items, Money total, PaymentMethod payment, Address shippingAddress)
    implements CborSerializable, Inventory.Wanted, Payments.Payable, Shipping.Shippable {

  /** The most items of one order. */
  private static final int MAX_ITEMS = 100;
  private static final int MAX_QUANTITY = 1_000_000;

  @Override
  public List<Inventory.Item> wantedItems() {
    return items;
  }

  /** Reads it from a client's JSON. */
  static PlacedOrder read(JsonFields fields) {
    String customer = fields.id("customerId");
    String currency = fields.currency("currency");
    List<Inventory.Item> items = new ArrayList<>();
    Set<String> skus = new HashSet<>();
    Money total = Money.zero(currency);
    for (JsonFields item : fields.objects("items", MAX_ITEMS)) {
      String sku = item.id("sku");
      if (!skus.add(sku)) {
        throw item.invalid("sku", "stands in the order twice");
      }
      int quantity = item.integer("quantity", 1, MAX_QUANTITY);
      Money price = item.money("unitPrice", currency);
      items.add(new Inventory.Item(sku, quantity, price));
      try {
        total = total.plus(price.times(quantity));
      } catch (IllegalArgumentException tooLarge) {
        throw item.invalid("unitPrice", "the order's total is too large");
      }
    }
    return new PlacedOrder(customer, List.copyOf(items), total, PaymentMethod.read(fields.object("payment")),
        fields.optionalObject("shippingAddress").map(Address::read).orElse(null));
  }
}
