package io.orderflow.shipping;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.pattern.StatusReply;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Prompt;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import io.orderflow.store.StoredEvents;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Creates and cancels shipments, to the countries that the shop serves. */
public final class Shipping {

  /** What a saga must tell to have something shipped. */
  public interface Shippable {
    /** Where to; null when the goods are collected. */
    Address shippingAddress();
  }

  private static final Duration ASK = Duration.ofSeconds(4);

  private final ClusterSharding sharding;
  private final StoredEvents stored;
  private final ActorRef<StatusReply<Shipment.State>> nobody;
  private final Set<String> countries;

  /** The countries are those of {@code orderflow.shipping.countries}. */
  public Shipping(ActorSystem<?> system) {
    this.sharding = ClusterSharding.get(system);
    this.stored = new StoredEvents(system);
    this.nobody = system.ignoreRef();
    this.countries = Configuration.list(system.settings().config().getString("orderflow.shipping.countries")).stream()
        .map(country -> country.toUpperCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
  }

  /** Creates the shipment; answers with its id. Refused for a country that is not served. */
  public CompletionStage<StepResult> createShipment(StepCall<? extends Shippable> call) {
    Address address = call.input().shippingAddress();
    if (address != null && !countries.contains(address.country().toUpperCase(Locale.ROOT))) {
      return StepResult.now(StepResult.refused("SHIPPING_UNAVAILABLE", "there is no shipping to " + address.country()));
    }
    return ask(call.sagaId(), replyTo -> new Shipment.Create(address, replyTo))
        .thenApply(shipment -> StepResult.done(Shipment.idOf(call.sagaId())));
  }

  /** Cancels the shipment, also one that has not been created yet. */
  public CompletionStage<StepResult> cancelShipment(StepCall<? extends Shippable> call) {
    return ask(call.sagaId(), Shipment.Cancel::new).thenApply(shipment -> StepResult.done());
  }

  /** The shipment of an order, be it in the archive; refused with SHIPMENT_NOT_FOUND. */
  CompletionStage<Shipment.State> get(String orderId) {
    return ask(orderId, Shipment.Get::new).exceptionallyCompose(failure -> stored.foldIfNotFound(
        failure, Shipment.KEY.name() + "|" + orderId, Shipment.Event.class, Shipment.State.NONE, Shipment::apply));
  }

  /** Has a shipment look for its events before it is needed: most have none, and need not be waited for then. */
  public void wake(String orderId) {
    sharding.entityRefFor(Shipment.KEY, orderId).tell(new Shipment.Get(nobody));
  }

  private CompletionStage<Shipment.State> ask(String orderId,
      Function<ActorRef<StatusReply<Shipment.State>>, Shipment.Command> command) {
    return Prompt.answer(sharding.entityRefFor(Shipment.KEY, orderId).askWithStatus(command::apply, ASK));
  }
}
