package io.orderflow.order;

import akka.actor.typed.ActorSystem;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.history.EventHistory;
import io.orderflow.history.EventHistory.Description;
import io.orderflow.product.Inventory;
import io.orderflow.shipping.Address;
import java.util.List;

/** Presents the events of an order to clients. */
public final class OrderHistory {

  private record Item(String sku, int quantity, String unitPrice) {
    static Item of(Inventory.Item item) {
      return new Item(item.sku(), item.quantity(), item.unitPrice().amount());
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Creation(String customerId, String currency, String total, List<Item> items, String paymentMethod,
      Address shippingAddress) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Confirmation(String transactionId, String shipmentId) {}

  private record Cancellation(String reason, String detail) {}

  private OrderHistory() {}

  /** Reads the events of orders. */
  public static EventHistory<Order.Event> of(ActorSystem<?> system) {
    return EventHistory.ofHomes(system, OrderSaga.HOME, Order.NAME, Order.Event.class, OrderHistory::describe, Order.Event::at);
  }

  /** An event in business terms. */
  public static Description describe(Order.Event event) {
    if (event instanceof Order.Created created) {
      PlacedOrder order = created.order();
      return new Description("CREATED", new Creation(order.customerId(), order.total().currency(), order.total().amount(),
          order.items().stream().map(Item::of).toList(), order.payment().method(), order.shippingAddress()));
    }
    if (event instanceof Order.Confirmed confirmed) {
      return new Description("CONFIRMED", new Confirmation(confirmed.transactionId(), confirmed.shipmentId()));
    }
    Order.Cancelled cancelled = (Order.Cancelled) event;
    return new Description("CANCELLED", new Cancellation(cancelled.reason(), cancelled.detail()));
  }
}
