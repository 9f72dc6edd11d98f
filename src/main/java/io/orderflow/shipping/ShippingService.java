package io.orderflow.shipping;

import akka.actor.typed.ActorSystem;
import io.orderflow.eventsourcing.AggregateClient;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.kernel.Configuration;
import io.orderflow.privacy.PersonalData;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Creates, cancels and reads shipments. */
public final class ShippingService {

  /** The part of a saga's input that says where to ship. */
  public interface Shippable {
    /** Null if the customer collects the goods. */
    Address shippingAddress();
  }

  private final AggregateType<Shipment.Command, Shipment.Event, Shipment.State, Shipment.State> type;
  private final AggregateClient<Shipment.Command, Shipment.Event, Shipment.State, Shipment.State> shipments;
  private final Set<String> countries;
  private final PersonalData personal;

  /**
   * Ships to the countries of {@code orderflow.shipping.countries}.
   *
   * @param home the name of the homes that shipments live in
   * @param personal opens addresses
   */
  public ShippingService(ActorSystem<?> system, String home, PersonalData personal, Clock clock) {
    this.type = type(clock);
    this.personal = personal;
    this.shipments = AggregateClient.ofHomes(system, home, type);
    this.countries = Configuration.list(system.settings().config().getString("orderflow.shipping.countries")).stream()
        .map(country -> country.toUpperCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
  }

  static AggregateType<Shipment.Command, Shipment.Event, Shipment.State, Shipment.State> type(Clock clock) {
    return AggregateType.of(Shipment.NAME, Shipment.Event.class, new Shipment(clock));
  }

  /** The aggregate, for the home that hosts it. */
  public AggregateType<?, ?, ?, ?> type() {
    return type;
  }

  /** Creates the shipment; the result is its id. Rejected for a country that is not served. */
  public StepResult createShipment(StepCall<? extends Shippable> call) {
    Address address = call.input().shippingAddress();
    if (address != null && !countries.contains(address.country().toUpperCase(Locale.ROOT))) {
      return StepResult.refused("SHIPPING_UNAVAILABLE", "shipping to " + address.country() + " is not available");
    }
    call.home().decide(type, new Shipment.Create(address));
    return StepResult.done(Shipment.idOf(call.sagaId()));
  }

  /** Cancels the shipment, also one that has not been created yet. */
  public StepResult cancelShipment(StepCall<? extends Shippable> call) {
    call.home().decide(type, new Shipment.Cancel());
    return StepResult.done();
  }

  /** Reads the shipment of an order with its readable address, also from the archive. Rejected with SHIPMENT_NOT_FOUND. */
  CompletionStage<Shipment.State> get(String orderId) {
    return shipments.read(orderId, new Shipment.Get()).thenCompose(shipment ->
        shipment.address() == null || shipment.address().sealed() == null ? CompletableFuture.completedStage(shipment)
            : personal.opening(List.of(shipment.address().sealed())).thenApply(shipment::opened));
  }
}
