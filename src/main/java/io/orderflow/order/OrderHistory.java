package io.orderflow.order;

import akka.actor.typed.ActorSystem;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.history.EventHistory;
import io.orderflow.history.EventHistory.Description;
import io.orderflow.product.Inventory;
import io.orderflow.shipping.Address;
import java.util.List;
import java.util.function.UnaryOperator;

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
  public static EventHistory<Order.Event> of(ActorSystem<?> system, OrderPrivacy privacy) {
    return EventHistory.ofHomes(system, OrderSaga.HOME, Order.NAME, Order.Event.class, page -> privacy.opening(page, OrderHistory::address)
        .thenApply(open -> event -> describe(event, open)), Order.Event::at);
  }

  private static Address address(Order.Event event) {
    return event instanceof Order.Created created ? created.order().shippingAddress() : null;
  }

  /** What the event is called. */
  public static String typeOf(Order.Event event) {
    return describe(event, UnaryOperator.identity()).type();
  }

  private static Description describe(Order.Event event, UnaryOperator<Address> open) {
    if (event instanceof Order.Created created) {
      PlacedOrder order = created.order();
      return new Description("CREATED", new Creation(order.customerId(), order.total().currency(), order.total().amount(),
          order.items().stream().map(Item::of).toList(), order.payment().method(),
          open.apply(order.shippingAddress())));
    }
    if (event instanceof Order.Confirmed confirmed) {
      return new Description("CONFIRMED", new Confirmation(confirmed.transactionId(), confirmed.shipmentId()));
    }
    Order.Cancelled cancelled = (Order.Cancelled) event;
    return new Description("CANCELLED", new Cancellation(cancelled.reason(), cancelled.detail()));
  }
}
