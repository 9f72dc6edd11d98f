package io.orderflow.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.shipping.Shipment.State;
import io.orderflow.shipping.Shipment.Status;
import org.junit.jupiter.api.Test;

class ShipmentSpec {

  private static final Address ADDRESS = new Address("Ada", "1 Main St", "Berlin", "10115", "DE");

  private final AggregateKit<Shipment.Command, Shipment.Event, State, State> shipment =
      new AggregateKit<>(new Shipment(AggregateKit.CLOCK));

  @Test
  void is_created_with_its_address() {
    var result = shipment.tell(new Shipment.Create(ADDRESS));
    assertThat(result.event()).isEqualTo(new Shipment.Created(ADDRESS, AggregateKit.NOW));
    assertThat(result.reply()).isEqualTo(new State(Status.CREATED, ADDRESS, AggregateKit.NOW, null));
  }

  @Test
  void a_repeated_creation_changes_nothing() {
    shipment.tell(new Shipment.Create(ADDRESS));
    assertThat(shipment.changesNothing(new Shipment.Create(ADDRESS)).status()).isEqualTo(Status.CREATED);
  }

  @Test
  void is_cancelled_once() {
    shipment.tell(new Shipment.Create(ADDRESS));
    var result = shipment.tell(new Shipment.Cancel());
    assertThat(result.reply()).isEqualTo(new State(Status.CANCELLED, ADDRESS, AggregateKit.NOW, AggregateKit.NOW));
    shipment.changesNothing(new Shipment.Cancel());
  }

  @Test
  void a_creation_that_arrives_after_the_cancellation_is_refused_also_after_a_restart() {
    shipment.tell(new Shipment.Cancel());
    shipment.restart();
    shipment.refuses(new Shipment.Create(ADDRESS), "SHIPMENT_CANCELLED");
  }

  @Test
  void is_unknown_before_it_is_created() {
    shipment.refuses(new Shipment.Get(), "SHIPMENT_NOT_FOUND");
  }
}
