package io.orderflow.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateIncarnations;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.journal.LateJournal;
import io.orderflow.shipping.Shipment.State;
import io.orderflow.shipping.Shipment.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two incarnations of one shipment live at once: what was cancelled is not sent. */
class ShipmentIncarnationsSpec {

  private final AggregateIncarnations<Shipment.Command, Shipment.Event, State, State> shipment =
      new AggregateIncarnations<>(ShippingService.type(AggregateKit.CLOCK), "order-1");

  @AfterEach
  void close() {
    shipment.close();
  }

  @Test
  void one_that_is_told_to_leave_while_its_write_fails_leaves() {
    shipment.older.spawns();
    shipment.olderLeavesThoughItsWriteFails(new Shipment.Create(null));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_creation_that_lands_late_does_not_win_over_the_cancellation(boolean beforeTheCancellation) {
    shipment.older.spawns();
    LateJournal.Held created = shipment.olderWritesLate(new Shipment.Create(null));
    shipment.newer.spawns();
    if (beforeTheCancellation) {
      created.isGivenUp();
      created.lands();
    }
    assertThat(shipment.newer.ask(new Shipment.Cancel()).getValue().status()).isEqualTo(Status.CANCELLED);
    if (!beforeTheCancellation) {
      created.lands();
    }
    // An older one that recovered before the cancellation learns of it by its next write.
    assertThat(shipment.older.ask(new Shipment.Cancel()).getValue().status()).isEqualTo(Status.CANCELLED);
    shipment.older.refuses(new Shipment.Create(null), "SHIPMENT_CANCELLED");
    assertThat(shipment.older.ask(new Shipment.Get()).getValue().status()).isEqualTo(Status.CANCELLED);
  }
}
