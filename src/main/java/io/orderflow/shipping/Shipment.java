package io.orderflow.shipping;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.eventsourcing.Aggregate;
import io.orderflow.eventsourcing.Decision;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Rejection;
import java.time.Clock;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** The shipment of one order, with the order's id. A cancellation is final: it bars a creation that arrives later. */
public final class Shipment implements Aggregate<Shipment.Command, Shipment.Event, Shipment.State, Shipment.State> {

  /** The entity type of shipments in the journal. */
  public static final String NAME = "shipment";

  public enum Status { CREATED, CANCELLED }

  /** @param status null if the shipment does not exist */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(Status status, Address address, Instant createdAt, Instant cancelledAt) implements CborSerializable {
    static final State NONE = new State(null, null, null, null);

    boolean exists() {
      return status != null;
    }

    /** The same shipment with its readable address. */
    State opened(UnaryOperator<String> open) {
      return new State(status, address.openedBy(open), createdAt, cancelledAt);
    }
  }

  public sealed interface Command extends CborSerializable {}

  /** @param address null if the customer collects the goods */
  public record Create(Address address) implements Command {}

  /** Cancels the shipment, even if it was never created. */
  public record Cancel() implements Command {}

  public record Get() implements Command {}

  public sealed interface Event extends CborSerializable {}

  public record Created(Address address, Instant at) implements Event {}

  public record Cancelled(Instant at) implements Event {}

  private final Clock clock;

  Shipment(Clock clock) {
    this.clock = clock;
  }

  /** The id of the order's only shipment. */
  public static String idOf(String orderId) {
    return "shp-" + orderId;
  }

  @Override
  public State initialState() {
    return State.NONE;
  }

  @Override
  public Decision<Event, State> decide(State shipment, Command command) {
    if (command instanceof Create create) {
      return create(shipment, create);
    }
    if (command instanceof Cancel) {
      return shipment.status() == Status.CANCELLED ? Decision.reply(shipment) : accept(shipment, new Cancelled(clock.instant()));
    }
    return shipment.exists() ? Decision.reply(shipment)
        : Decision.reject(Rejection.notFound("SHIPMENT_NOT_FOUND", "there is no shipment for this order"));
  }

  private Decision<Event, State> create(State shipment, Create create) {
    if (shipment.status() == Status.CANCELLED) {
      return Decision.reject(Rejection.conflict("SHIPMENT_CANCELLED", "the shipment was cancelled"));
    }
    return shipment.exists() ? Decision.reply(shipment) : accept(shipment, new Created(create.address(), clock.instant()));
  }

  private Decision<Event, State> accept(State shipment, Event event) {
    return Decision.accept(event, apply(shipment, event));
  }

  @Override
  public State apply(State shipment, Event event) {
    if (event instanceof Created created) {
      return new State(Status.CREATED, created.address(), created.at(), null);
    }
    return new State(Status.CANCELLED, shipment.address(), shipment.createdAt(), ((Cancelled) event).at());
  }
}
