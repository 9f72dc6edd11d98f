package io.orderflow.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.kernel.AggregateKit;
import io.orderflow.kernel.Money;
import io.orderflow.order.Order.State;
import io.orderflow.order.Order.Status;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.product.Inventory;
import io.orderflow.shipping.Address;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrderSpec {

  private static final PlacedOrder PLACED = new PlacedOrder("ada", List.of(new Inventory.Item("tea", 2, new Money(350, "EUR"))),
      new Money(700, "EUR"), new PaymentMethod.Card("tok_1"), new Address("Ada", "1 Main St", "Berlin", "10115", "DE"));

  private final AggregateKit<Order.Command, Order.Event, State> order =
      new AggregateKit<>(Order.create("order-1", AggregateKit.CLOCK));

  @AfterEach
  void close() {
    order.close();
  }

  @Test
  void is_created_pending() {
    var result = order.<State>tell(reply -> new Order.Create(PLACED, AggregateKit.NOW, reply));
    assertThat(result.event()).isEqualTo(new Order.Created(PLACED, AggregateKit.NOW));
    assertThat(result.reply().getValue().status()).isEqualTo(Status.PENDING);
  }

  @Test
  void a_repeated_creation_changes_nothing() {
    create();
    order.<State>changesNothing(reply -> new Order.Create(PLACED, AggregateKit.NOW, reply));
  }

  @Test
  void is_confirmed_once_with_its_transaction_and_shipment() {
    create();
    var result = order.<State>tell(reply -> new Order.Confirm("tx-1", "shp-1", reply));
    assertThat(result.event()).isEqualTo(new Order.Confirmed("tx-1", "shp-1", AggregateKit.NOW));
    assertThat(order.<State>changesNothing(reply -> new Order.Confirm("tx-1", "shp-1", reply)).status()).isEqualTo(Status.CONFIRMED);
  }

  @Test
  void is_cancelled_once_and_keeps_the_first_reason() {
    create();
    order.<State>tell(reply -> new Order.Cancel(PLACED, AggregateKit.NOW, "OUT_OF_STOCK", "no tea", reply));
    State again = order.<State>changesNothing(reply -> new Order.Cancel(PLACED, AggregateKit.NOW, "CUSTOMER_REQUEST", "other", reply));
    assertThat(again.reason()).isEqualTo("OUT_OF_STOCK");
  }

  @Test
  void cancelled_before_it_was_created_it_is_created_cancelled_and_a_late_creation_is_refused() {
    var result = order.<State>tell(reply -> new Order.Cancel(PLACED, AggregateKit.NOW, "SERVICE_UNAVAILABLE", "late", reply));
    assertThat(result.events()).hasSize(2);
    assertThat(order.restart()).extracting(State::status, State::order).containsExactly(Status.CANCELLED, PLACED);
    order.<State>refuses(reply -> new Order.Create(PLACED, AggregateKit.NOW, reply), "ORDER_ENDED");
  }

  @Test
  void a_confirmed_order_is_not_cancelled_and_a_cancelled_one_not_confirmed() {
    create();
    order.<State>tell(reply -> new Order.Confirm("tx-1", "shp-1", reply));
    order.<State>refuses(reply -> new Order.Cancel(PLACED, AggregateKit.NOW, "CUSTOMER_REQUEST", "late", reply), "ORDER_ENDED");
    try (var other = new AggregateKit<Order.Command, Order.Event, State>(Order.create("order-2", AggregateKit.CLOCK))) {
      other.<State>tell(reply -> new Order.Cancel(PLACED, AggregateKit.NOW, "CUSTOMER_REQUEST", "early", reply));
      other.<State>refuses(reply -> new Order.Confirm("tx-1", "shp-1", reply), "ORDER_ENDED");
    }
  }

  @Test
  void is_unknown_before_it_is_created() {
    order.<State>refuses(Order.Get::new, "ORDER_NOT_FOUND");
    order.<State>refuses(reply -> new Order.Confirm("tx-1", "shp-1", reply), "ORDER_NOT_FOUND");
  }

  private void create() {
    order.<State>tell(reply -> new Order.Create(PLACED, AggregateKit.NOW, reply));
  }
}
