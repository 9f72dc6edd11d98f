package io.orderflow.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateIncarnations;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.journal.LateJournal;
import io.orderflow.kernel.Money;
import io.orderflow.order.Order.State;
import io.orderflow.order.Order.Status;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.product.Inventory;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two incarnations of one order live at once: it ends once. */
class OrderIncarnationsSpec {

  private static final Money PRICE = new Money(350, "EUR");
  private static final PlacedOrder PLACED = new PlacedOrder("ada", List.of(new Inventory.Item("tea", 1, PRICE)), PRICE,
      new PaymentMethod.Card("tok_1"), null);

  private final AggregateIncarnations<Order.Command, Order.Event, State, State> order =
      new AggregateIncarnations<>(OrderService.type(AggregateKit.CLOCK), "order-1");

  @AfterEach
  void close() {
    order.close();
  }

  @Test
  void one_that_is_told_to_leave_while_its_write_fails_leaves() {
    order.older.spawns();
    order.olderLeavesThoughItsWriteFails(create());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_creation_that_lands_late_does_not_bring_back_what_was_cancelled(boolean beforeTheCancellation) {
    order.older.spawns();
    LateJournal.Held created = order.olderWritesLate(create());
    order.newer.spawns();
    if (beforeTheCancellation) {
      created.lands();
    }
    assertThat(order.newer.ask(cancel()).getValue().status()).isEqualTo(Status.CANCELLED);
    if (!beforeTheCancellation) {
      created.lands();
    }
    // An older one that was answered learns of the newer one by its next write.
    assertThat(order.older.ask(cancel()).getValue().status()).isEqualTo(Status.CANCELLED);
    order.older.refuses(create(), "ORDER_ENDED");
    assertThat(order.older.ask(new Order.Get()).getValue().status()).isEqualTo(Status.CANCELLED);
    assertThat(order.journal.events("order|order-1")).hasSize(2);
  }

  @Test
  void it_is_confirmed_once() {
    order.older.spawns();
    order.older.ask(create());
    order.newer.spawns();
    LateJournal.Held confirmed = order.olderWritesLate(confirm());
    confirmed.isGivenUp();
    confirmed.lands();
    assertThat(order.newer.ask(confirm()).getValue().status()).isEqualTo(Status.CONFIRMED);
    order.newer.refuses(cancel(), "ORDER_ENDED");
    assertThat(order.journal.events("order|order-1")).hasSize(2);
  }

  private static Order.Command create() {
    return new Order.Create(PLACED, AggregateKit.NOW);
  }

  private static Order.Command cancel() {
    return new Order.Cancel(PLACED, AggregateKit.NOW, "CUSTOMER_REQUEST", "no");
  }

  private static Order.Command confirm() {
    return new Order.Confirm("tx_1", "s-1");
  }
}
