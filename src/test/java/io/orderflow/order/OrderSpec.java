package io.orderflow.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.kernel.Money;
import io.orderflow.order.Order.State;
import io.orderflow.order.Order.Status;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.product.Inventory;
import io.orderflow.shipping.Address;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderSpec {

  private static final PlacedOrder PLACED = new PlacedOrder("ada", List.of(new Inventory.Item("tea", 2, new Money(350, "EUR"))),
      new Money(700, "EUR"), new PaymentMethod.Card("tok_1"), new Address("Ada", "1 Main St", "Berlin", "10115", "DE"));

  private final AggregateKit<Order.Command, Order.Event, State, State> order =
      new AggregateKit<>(new Order(AggregateKit.CLOCK));

  @Test
  void is_created_pending() {
    var result = order.tell(new Order.Create(PLACED, AggregateKit.NOW));
    assertThat(result.event()).isEqualTo(new Order.Created(PLACED, AggregateKit.NOW));
    assertThat(result.reply().status()).isEqualTo(Status.PENDING);
  }

  @Test
  void a_repeated_creation_changes_nothing() {
    create();
    order.changesNothing(new Order.Create(PLACED, AggregateKit.NOW));
  }

  @Test
  void is_confirmed_once_with_its_transaction_and_shipment() {
    create();
    var result = order.tell(new Order.Confirm("tx-1", "shp-1"));
    assertThat(result.event()).isEqualTo(new Order.Confirmed("tx-1", "shp-1", AggregateKit.NOW));
    assertThat(order.changesNothing(new Order.Confirm("tx-1", "shp-1")).status()).isEqualTo(Status.CONFIRMED);
  }

  @Test
  void is_cancelled_once_and_keeps_the_first_reason() {
    create();
    order.tell(new Order.Cancel(PLACED, AggregateKit.NOW, "OUT_OF_STOCK", "no tea"));
    State again = order.changesNothing(new Order.Cancel(PLACED, AggregateKit.NOW, "CUSTOMER_REQUEST", "other"));
    assertThat(again.reason()).isEqualTo("OUT_OF_STOCK");
  }

  @Test
  void cancelled_before_it_was_created_it_is_created_cancelled_and_a_late_creation_is_refused() {
    var result = order.tell(new Order.Cancel(PLACED, AggregateKit.NOW, "SERVICE_UNAVAILABLE", "late"));
    assertThat(result.events()).hasSize(2);
    assertThat(order.restart()).extracting(State::status, State::order).containsExactly(Status.CANCELLED, PLACED);
    order.refuses(new Order.Create(PLACED, AggregateKit.NOW), "ORDER_ENDED");
  }

  @Test
  void a_confirmed_order_is_not_cancelled_and_a_cancelled_one_not_confirmed() {
    create();
    order.tell(new Order.Confirm("tx-1", "shp-1"));
    order.refuses(new Order.Cancel(PLACED, AggregateKit.NOW, "CUSTOMER_REQUEST", "late"), "ORDER_ENDED");
    var other = new AggregateKit<>(new Order(AggregateKit.CLOCK));
    other.tell(new Order.Cancel(PLACED, AggregateKit.NOW, "CUSTOMER_REQUEST", "early"));
    other.refuses(new Order.Confirm("tx-1", "shp-1"), "ORDER_ENDED");
  }

  @Test
  void is_unknown_before_it_is_created() {
    order.refuses(new Order.Get(), "ORDER_NOT_FOUND");
    order.refuses(new Order.Confirm("tx-1", "shp-1"), "ORDER_NOT_FOUND");
  }

  private void create() {
    order.tell(new Order.Create(PLACED, AggregateKit.NOW));
  }
}
