package io.orderflow.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.kernel.AggregateKit;
import io.orderflow.shipping.Shipment.State;
import io.orderflow.shipping.Shipment.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShipmentSpec {

  private static final Address ADDRESS = new Address("Ada", "1 Main St", "Berlin", "10115", "DE");

  private int left;
  private final AggregateKit<Shipment.Command, Shipment.Event, State> shipment =
      new AggregateKit<>(Shipment.create("order-1", AggregateKit.CLOCK, () -> left++));

  @AfterEach
  void close() {
    shipment.close();
  }

  @Test
  void is_created_with_its_address() {
    var result = shipment.<State>tell(reply -> new Shipment.Create(ADDRESS, reply));
    assertThat(result.event()).isEqualTo(new Shipment.Created(ADDRESS, AggregateKit.NOW));
    assertThat(left).as("leaves memory").isEqualTo(1);
    assertThat(result.reply().getValue()).isEqualTo(new State(Status.CREATED, ADDRESS, AggregateKit.NOW, null));
  }

  @Test
  void a_repeated_creation_changes_nothing() {
    shipment.<State>tell(reply -> new Shipment.Create(ADDRESS, reply));
    assertThat(shipment.<State>changesNothing(reply -> new Shipment.Create(ADDRESS, reply)).status()).isEqualTo(Status.CREATED);
  }

  @Test
  void is_cancelled_once() {
    shipment.<State>tell(reply -> new Shipment.Create(ADDRESS, reply));
    var result = shipment.<State>tell(Shipment.Cancel::new);
    assertThat(result.reply().getValue()).isEqualTo(new State(Status.CANCELLED, ADDRESS, AggregateKit.NOW, AggregateKit.NOW));
    shipment.<State>changesNothing(Shipment.Cancel::new);
  }

  @Test
  void a_creation_that_arrives_after_the_cancellation_is_refused_also_after_a_restart() {
    shipment.<State>tell(Shipment.Cancel::new);
    shipment.restart();
    shipment.<State>refuses(reply -> new Shipment.Create(ADDRESS, reply), "SHIPMENT_CANCELLED");
  }

  @Test
  void is_unknown_before_it_is_created() {
    shipment.<State>refuses(Shipment.Get::new, "SHIPMENT_NOT_FOUND");
  }
}
