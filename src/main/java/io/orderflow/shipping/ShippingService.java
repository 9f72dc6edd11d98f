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

/** Creates and cancels shipments, to the countries that the shop serves. */
public final class ShippingService {

  /** What a saga must tell to have something shipped. */
  public interface Shippable {
    /** Where to; null when the goods are collected. */
    Address shippingAddress();
  }

  private final AggregateClient<Shipment.Command, Shipment.Event, Shipment.State, Shipment.State> shipments;
  private final Set<String> countries;

  /** Hosts shipments. The countries are those of {@code orderflow.shipping.countries}. */
  public ShippingService(ActorSystem<?> system, Clock clock) {
    this.shipments = Aggregates.host(system, type(clock));
    this.countries = Configuration.list(system.settings().config().getString("orderflow.shipping.countries")).stream()
        .map(country -> country.toUpperCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
  }

  static AggregateType<Shipment.Command, Shipment.Event, Shipment.State, Shipment.State> type(Clock clock) {
    return AggregateType.of(Shipment.NAME, Shipment.Event.class, new Shipment(clock)).shortLived(Shipment.State::exists);
  }

  /** Creates the shipment; answers with its id. Refused for a country that is not served. */
  public CompletionStage<StepResult> createShipment(StepCall<? extends Shippable> call) {
    Address address = call.input().shippingAddress();
    if (address != null && !countries.contains(address.country().toUpperCase(Locale.ROOT))) {
      return StepResult.now(StepResult.refused("SHIPPING_UNAVAILABLE", "there is no shipping to " + address.country()));
    }
    return shipments.ask(call.sagaId(), new Shipment.Create(address))
        .thenApply(shipment -> StepResult.done(Shipment.idOf(call.sagaId())));
  }

  /** Cancels the shipment, also one that has not been created yet. */
  public CompletionStage<StepResult> cancelShipment(StepCall<? extends Shippable> call) {
    return shipments.ask(call.sagaId(), new Shipment.Cancel()).thenApply(shipment -> StepResult.done());
  }

  /** The shipment of an order, be it in the archive; refused with SHIPMENT_NOT_FOUND. */
  CompletionStage<Shipment.State> get(String orderId) {
    return shipments.read(orderId, new Shipment.Get());
  }

  /** Has a shipment recover before it is needed. */
  public void warmUp(String orderId) {
    shipments.warmUp(orderId);
  }
}
