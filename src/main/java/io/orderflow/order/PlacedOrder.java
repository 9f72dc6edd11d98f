package io.orderflow.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.payment.PaymentService;
import io.orderflow.product.Inventory;
import io.orderflow.shipping.Address;
import io.orderflow.shipping.ShippingService;
import java.util.List;

/**
 * The content of an order.
 *
 * @param items at most one for each product
 * @param total the sum of all items
 * @param shippingAddress null if the customer collects the goods
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlacedOrder(String customerId, List<Inventory.Item> items, Money total, PaymentMethod payment, Address shippingAddress)
    implements CborSerializable, Inventory.ReservationRequest, PaymentService.Payable, ShippingService.Shippable {

  /**
   * The content of an order except for its items.
   *
   * @param shippingAddress null if the customer collects the goods
   */
  public record Terms(String customerId, PaymentMethod payment, Address shippingAddress) {

    /** The same terms, paid from accounts of that user alone; null for everybody's. */
    public Terms paidBy(String payer) {
      return new Terms(customerId, payment.paidBy(payer), shippingAddress);
    }

    /**
     * Makes an order on these terms.
     *
     * @param items at least one, and at most one for each product
     * @throws IllegalArgumentException if the prices differ in currency or their sum is too large
     */
    public PlacedOrder order(List<Inventory.Item> items) {
      Money total = Money.zero(items.get(0).unitPrice().currency());
      for (Inventory.Item item : items) {
        total = total.plus(item.unitPrice().times(item.quantity()));
      }
      return new PlacedOrder(customerId, List.copyOf(items), total, payment, shippingAddress);
    }
  }

  /** The most items in one order. */
  public static final int MAX_ITEMS = 100;
  /** The most pieces of one item. */
  public static final int MAX_QUANTITY = 1_000_000;

  /** The same order, paid from accounts of that user alone; null for everybody's. */
  PlacedOrder paidBy(String payer) {
    return new PlacedOrder(customerId, items, total, payment.paidBy(payer), shippingAddress);
  }

  /** The same order with another payment and address. */
  PlacedOrder with(PaymentMethod otherPayment, Address otherAddress) {
    return new PlacedOrder(customerId, items, total, otherPayment, otherAddress);
  }

  @Override
  public List<Inventory.Item> reservedItems() {
    return items;
  }
}
