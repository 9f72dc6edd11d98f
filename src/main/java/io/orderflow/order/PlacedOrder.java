package io.orderflow.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.JsonFields;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.payment.PaymentService;
import io.orderflow.product.Inventory;
import io.orderflow.shipping.Address;
import io.orderflow.shipping.ShippingService;
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
    implements CborSerializable, Inventory.ReservationRequest, PaymentService.Payable, ShippingService.Shippable {

  /**
   * What a customer says beside the items.
   *
   * @param shippingAddress null when the goods are collected
   */
  public record Terms(String customerId, PaymentMethod payment, Address shippingAddress) {

    /** Reads them from a client's JSON. */
    public static Terms read(JsonFields fields) {
      return new Terms(fields.id("customerId"), PaymentMethod.read(fields.object("payment")),
          fields.optionalObject("shippingAddress").map(Address::read).orElse(null));
    }

    /**
     * An order on these terms.
     *
     * @param items each product once, one or more
     * @throws IllegalArgumentException when their prices are in several currencies or their sum is too large
     */
    public PlacedOrder order(List<Inventory.Item> items) {
      Money total = Money.zero(items.get(0).unitPrice().currency());
      for (Inventory.Item item : items) {
        total = total.plus(item.unitPrice().times(item.quantity()));
      }
      return new PlacedOrder(customerId, List.copyOf(items), total, payment, shippingAddress);
    }
  }

  /** The most items of one order. */
  public static final int MAX_ITEMS = 100;
  /** The most pieces of one item. */
  public static final int MAX_QUANTITY = 1_000_000;

  @Override
  public List<Inventory.Item> reservedItems() {
    return items;
  }

  /** Reads it from a client's JSON. */
  static PlacedOrder read(JsonFields fields) {
    Terms terms = Terms.read(fields);
    String currency = fields.currency("currency");
    List<Inventory.Item> items = new ArrayList<>();
    Set<String> skus = new HashSet<>();
    for (JsonFields item : fields.objects("items", MAX_ITEMS)) {
      String sku = item.id("sku");
      if (!skus.add(sku)) {
        throw item.invalid("sku", "stands in the order twice");
      }
      items.add(new Inventory.Item(sku, item.integer("quantity", 1, MAX_QUANTITY), item.money("unitPrice", currency)));
    }
    try {
      return terms.order(items);
    } catch (IllegalArgumentException tooLarge) {
      throw fields.invalid("items", "the order's total is too large");
    }
  }
}
