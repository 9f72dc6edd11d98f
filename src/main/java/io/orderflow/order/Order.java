package io.orderflow.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.eventsourcing.Aggregate;
import io.orderflow.eventsourcing.Decision;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Rejection;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * An order: placed, then either confirmed or cancelled. Its events carry everything that its projections show, so that they read no other
 * events.
 */
public final class Order implements Aggregate<Order.Command, Order.Event, Order.State, Order.State> {

  /** The entity type of orders in the journal. */
  public static final String NAME = "order";

  public enum Status { PENDING, CONFIRMED, CANCELLED }

  /**
   * @param status null if the order does not exist
   * @param reason the code of the cancellation, for programs
   * @param detail the reason for the cancellation, for people
   * @param transactionId the payment's, once confirmed
   * @param shipmentId the shipment's, once confirmed
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(Status status, PlacedOrder order, String reason, String detail, String transactionId, String shipmentId,
      Instant createdAt, Instant updatedAt) implements CborSerializable {
    static final State NONE = new State(null, null, null, null, null, null, null, null);

    /** The same order with other content. */
    State with(PlacedOrder other) {
      return new State(status, other, reason, detail, transactionId, shipmentId, createdAt, updatedAt);
    }

    /** An order that is neither confirmed nor cancelled. */
    static State pending(PlacedOrder order, Instant placedAt) {
      return new State(Status.PENDING, order, null, null, null, null, placedAt, placedAt);
    }
  }

  public sealed interface Command extends CborSerializable {}

  /** @param placedAt the time reported to the customer, which becomes the time of creation */
  public record Create(PlacedOrder order, Instant placedAt) implements Command {}

  public record Confirm(String transactionId, String shipmentId) implements Command {}

  /** Cancels the order. An order that was never created is created first, so that its customer finds it and a late creation is rejected. */
  public record Cancel(PlacedOrder order, Instant placedAt, String reason, String detail) implements Command {}

  public record Get() implements Command {}

  public sealed interface Event extends CborSerializable {

    /** The time of the event, in milliseconds. */
    Instant at();
  }

  public record Created(PlacedOrder order, Instant at) implements Event {}

  public record Confirmed(String transactionId, String shipmentId, Instant at) implements Event {}

  public record Cancelled(String reason, String detail, Instant at) implements Event {}

  private final Clock clock;

  Order(Clock clock) {
    this.clock = clock;
  }

  @Override
  public State initialState() {
    return State.NONE;
  }

  @Override
  public Decision<Event, State> decide(State order, Command command) {
    if (command instanceof Create create) {
      return create(order, create);
    }
    if (command instanceof Confirm confirm) {
      return confirm(order, confirm);
    }
    if (command instanceof Cancel cancel) {
      return cancel(order, cancel);
    }
    return order.status() == null ? notFound() : Decision.reply(order);
  }

  private Decision<Event, State> create(State order, Create create) {
    if (order.status() == null) {
      return accept(order, new Created(create.order(), create.placedAt()));
    }
    return order.status() == Status.PENDING ? Decision.reply(order) : ended();
  }

  private Decision<Event, State> confirm(State order, Confirm confirm) {
    if (order.status() == null) {
      return notFound();
    }
    return switch (order.status()) {
      case PENDING -> accept(order, new Confirmed(confirm.transactionId(), confirm.shipmentId(), clock.instant()));
      case CONFIRMED -> Decision.reply(order);
      case CANCELLED -> ended();
    };
  }

  private Decision<Event, State> cancel(State order, Cancel cancel) {
    Cancelled cancelled = new Cancelled(cancel.reason(), cancel.detail(), clock.instant());
    if (order.status() == null) {
      return accept(order, new Created(cancel.order(), cancel.placedAt()), cancelled);
    }
    return switch (order.status()) {
      case PENDING -> accept(order, cancelled);
      case CONFIRMED -> ended();
      case CANCELLED -> Decision.reply(order);
    };
  }

  private Decision<Event, State> accept(State order, Event... events) {
    State after = order;
    for (Event event : events) {
      after = apply(after, event);
    }
    return Decision.accept(List.of(events), after);
  }

  private static Decision<Event, State> notFound() {
    return Decision.reject(Rejection.notFound("ORDER_NOT_FOUND", "there is no such order"));
  }

  private static Decision<Event, State> ended() {
    return Decision.reject(Rejection.conflict("ORDER_ENDED", "the order is already confirmed or cancelled"));
  }

  @Override
  public State apply(State order, Event event) {
    if (event instanceof Created created) {
      return State.pending(created.order(), created.at());
    }
    if (event instanceof Confirmed confirmed) {
      return new State(Status.CONFIRMED, order.order(), null, null, confirmed.transactionId(), confirmed.shipmentId(),
          order.createdAt(), confirmed.at());
    }
    Cancelled cancelled = (Cancelled) event;
    return new State(Status.CANCELLED, order.order(), cancelled.reason(), cancelled.detail(), null, null, order.createdAt(),
        cancelled.at());
  }
}
