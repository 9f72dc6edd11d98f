package io.orderflow.shipping;

import akka.actor.typed.ActorSystem;
import io.orderflow.eventsourcing.AggregateClient;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.eventsourcing.Aggregates;
import io.orderflow.kernel.Configuration;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.time.Clock;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Creates, cancels and reads shipments. */
public final class ShippingService {

  /** The part of a saga's input that says where to ship. */
  public interface Shippable {
    /** Null if the customer collects the goods. */
    Address shippingAddress();
  }

  private final AggregateClient<Shipment.Command, Shipment.Event, Shipment.State, Shipment.State> shipments;
  private final Set<String> countries;

  /** Hosts shipments to the countries in {@code orderflow.shipping.countries}. */
  public ShippingService(ActorSystem<?> system, Clock clock) {
    this.shipments = Aggregates.host(system, type(clock));
    this.countries = Configuration.list(system.settings().config().getString("orderflow.shipping.countries")).stream()
        .map(country -> country.toUpperCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
  }

  static AggregateType<Shipment.Command, Shipment.Event, Shipment.State, Shipment.State> type(Clock clock) {
    return AggregateType.of(Shipment.NAME, Shipment.Event.class, new Shipment(clock)).shortLived(Shipment.State::exists);
  }

  /** Creates the shipment. The result is its id. Rejected with SHIPPING_UNAVAILABLE for a country that is not served. */
  public CompletionStage<StepResult> createShipment(StepCall<? extends Shippable> call) {
    Address address = call.input().shippingAddress();
    if (address != null && !countries.contains(address.country().toUpperCase(Locale.ROOT))) {
      return StepResult.now(StepResult.refused("SHIPPING_UNAVAILABLE", "shipping to " + address.country() + " is not available"));
    }
    return shipments.ask(call.sagaId(), new Shipment.Create(address))
        .thenApply(shipment -> StepResult.done(Shipment.idOf(call.sagaId())));
  }

  /** Cancels the shipment, even if it has not been created yet. */
  public CompletionStage<StepResult> cancelShipment(StepCall<? extends Shippable> call) {
    return shipments.ask(call.sagaId(), new Shipment.Cancel()).thenApply(shipment -> StepResult.done());
  }

  /** Reads the shipment of an order, also from the archive. Rejected with SHIPMENT_NOT_FOUND. */
  CompletionStage<Shipment.State> get(String orderId) {
    return shipments.read(orderId, new Shipment.Get());
  }

  /** Starts the shipment's recovery ahead of the first command. */
  public void warmUp(String orderId) {
    shipments.warmUp(orderId);
  }
}
