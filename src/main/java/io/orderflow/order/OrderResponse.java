package io.orderflow.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.shipping.Address;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The JSON of an order.
 *
 * @param createdAt in milliseconds, the precision by which lists are sorted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OrderResponse(String orderId, String customerId, Order.Status status, String reason, String detail, String currency, String total,
    List<Item> items, Payment payment, Shipment shipment, Address shippingAddress, Instant createdAt, Instant updatedAt) {

  public record Item(String sku, int quantity, String unitPrice) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Payment(String method, String accountId, String transactionId) {}

  public record Shipment(String shipmentId) {}

  /** The same order with another address. */
  OrderResponse with(Address otherAddress) {
    return new OrderResponse(orderId, customerId, status, reason, detail, currency, total, items, payment, shipment, otherAddress, createdAt,
        updatedAt);
  }

  public static OrderResponse of(String orderId, Order.State order) {
    PlacedOrder placed = order.order();
    String account = placed.payment() instanceof PaymentMethod.FromAccount from ? from.accountId() : null;
    return new OrderResponse(orderId, placed.customerId(), order.status(), order.reason(), order.detail(), placed.total().currency(),
        placed.total().amount(),
        placed.items().stream().map(item -> new Item(item.sku(), item.quantity(), item.unitPrice().amount())).toList(),
        new Payment(placed.payment().method(), account, order.transactionId()),
        order.shipmentId() == null ? null : new Shipment(order.shipmentId()),
        placed.shippingAddress(), order.createdAt().truncatedTo(ChronoUnit.MILLIS), order.updatedAt().truncatedTo(ChronoUnit.MILLIS));
  }
}
