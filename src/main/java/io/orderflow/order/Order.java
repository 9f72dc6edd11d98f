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
 * One order: placed, then confirmed or cancelled, each once. Its own events carry everything that its views show, so that a view needs no
 * other stream.
 */
public final class Order implements Aggregate<Order.Command, Order.Event, Order.State, Order.State> {

  /** Under which orders are stored. */
  public static final String NAME = "order";

  public enum Status { PENDING, CONFIRMED, CANCELLED }

  /**
   * @param status null while there is no such order
   * @param reason why it was cancelled, for programs
   * @param detail why it was cancelled, for people
   * @param transactionId of its payment, once confirmed
   * @param shipmentId of its shipment, once confirmed
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(Status status, PlacedOrder order, String reason, String detail, String transactionId, String shipmentId,
      Instant createdAt, Instant updatedAt) implements CborSerializable {
    static final State NONE = new State(null, null, null, null, null, null, null, null);

    /** An order that was placed and has not ended. */
    static State pending(PlacedOrder order, Instant placedAt) {
      return new State(Status.PENDING, order, null, null, null, null, placedAt, placedAt);
    }
  }

  public sealed interface Command extends CborSerializable {}

  /** @param placedAt when its customer was told that it is placed: it is created as of then */
  public record Create(PlacedOrder order, Instant placedAt) implements Command {}

  public record Confirm(String transactionId, String shipmentId) implements Command {}

  /** Cancels it; one that was never created is created cancelled, so that its customer finds it and a late creation is rejected. */
  public record Cancel(PlacedOrder order, Instant placedAt, String reason, String detail) implements Command {}

  public record Get() implements Command {}

  public sealed interface Event extends CborSerializable {

    /** When it happened, to the millisecond. */
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
    return Decision.reject(Rejection.conflict("ORDER_ENDED", "the order was confirmed or cancelled before"));
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
