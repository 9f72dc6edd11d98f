package io.orderflow.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.kernel.AggregateKit;
import io.orderflow.kernel.Incarnations;
import io.orderflow.shipping.Shipment.State;
import io.orderflow.shipping.Shipment.Status;
import io.orderflow.store.LateJournal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two incarnations of one shipment live at once: what was cancelled is not sent. */
class ShipmentIncarnationsSpec {

  private final Incarnations<Shipment.Command> shipment =
      new Incarnations<>(() -> Shipment.create("order-1", AggregateKit.CLOCK, () -> {}));

  @AfterEach
  void close() {
    shipment.close();
  }

  @Test
  void one_that_is_told_to_leave_while_its_write_fails_leaves() {
    shipment.older.spawns();
    shipment.<State>olderLeavesThoughItsWriteFails(reply -> new Shipment.Create(null, reply), Shipment.Stop.INSTANCE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_creation_that_lands_late_does_not_win_over_the_cancellation(boolean beforeTheCancellation) {
    shipment.older.spawns();
    LateJournal.Held created = shipment.<State>olderWritesLate(reply -> new Shipment.Create(null, reply));
    shipment.newer.spawns();
    if (beforeTheCancellation) {
      created.isGivenUp();
      created.lands();
    }
    assertThat(shipment.newer.<State>ask(Shipment.Cancel::new).getValue().status()).isEqualTo(Status.CANCELLED);
    if (!beforeTheCancellation) {
      created.lands();
    }
    shipment.older.<State>refuses(reply -> new Shipment.Create(null, reply), "SHIPMENT_CANCELLED");
    assertThat(shipment.older.<State>ask(Shipment.Get::new).getValue().status()).isEqualTo(Status.CANCELLED);
  }
}
