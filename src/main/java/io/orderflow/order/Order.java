package io.orderflow.order;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandlerWithReply;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.ReplyEffect;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Refusal;
import io.orderflow.kernel.ShortLived;
import io.orderflow.store.NoSnapshots;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * One order: placed, then confirmed or cancelled, each once. Its own events carry all that its views show, so that a view needs no
 * other stream.
 */
public final class Order extends EventSourcedBehaviorWithEnforcedReplies<Order.Command, Order.Event, Order.State> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "order");

  /** How far the order has come. */
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
  }

  public sealed interface Command extends CborSerializable {}

  /** @param placedAt when its customer was told that it is placed: it is created as of then */
  public record Create(PlacedOrder order, Instant placedAt, ActorRef<StatusReply<State>> replyTo) implements Command {}

  public record Confirm(String transactionId, String shipmentId, ActorRef<StatusReply<State>> replyTo) implements Command {}

  /** Cancels it; one that was never created is created cancelled, so that its customer finds it and a late creation does not. */
  public record Cancel(PlacedOrder order, Instant placedAt, String reason, String detail, ActorRef<StatusReply<State>> replyTo) implements Command {}

  public record Get(ActorRef<StatusReply<State>> replyTo) implements Command {}

  /** Tells it to leave memory, when the write under way has succeeded or failed. */
  enum Stop implements Command { INSTANCE }

  public sealed interface Event extends CborSerializable {

    /** When it happened, to the millisecond. */
    Instant at();
  }

  public record Created(PlacedOrder order, Instant at) implements Event {}

  public record Confirmed(String transactionId, String shipmentId, Instant at) implements Event {}

  public record Cancelled(String reason, String detail, Instant at) implements Event {}

  private final Clock clock;

  /** Makes the node carry orders. */
  public static void init(ActorSystem<?> system, Clock clock) {
    // An order that has ended stays for a moment: who placed it is told of its end.
    ClusterSharding.get(system).init(ShortLived.entity(system, KEY, Stop.INSTANCE, (orderId, leave) -> create(orderId, clock)));
  }

  static Behavior<Command> create(String orderId, Clock clock) {
    return new Order(orderId, clock);
  }

  private Order(String orderId, Clock clock) {
    super(PersistenceId.of(KEY.name(), orderId),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.clock = clock;
  }

  @Override
  public Recovery recovery() {
    return NoSnapshots.RECOVERY;
  }

  @Override
  public State emptyState() {
    return State.NONE;
  }

  @Override
  public CommandHandlerWithReply<Command, Event, State> commandHandler() {
    var handlers = newCommandHandlerWithReplyBuilder();
    handlers.forState(order -> order.status() == null)
        .onCommand(Create.class, (none, create) -> Effect().persist(new Created(create.order(), create.placedAt()))
            .thenReply(create.replyTo(), StatusReply::success))
        .onCommand(Cancel.class, (none, cancel) -> persistCancelled(cancel,
            List.of(new Created(cancel.order(), cancel.placedAt()), cancelled(cancel))))
        .onCommand(Confirm.class, confirm -> Effect().reply(confirm.replyTo(), notFound()))
        .onCommand(Get.class, get -> Effect().reply(get.replyTo(), notFound()));
    handlers.forState(order -> order.status() == Status.PENDING)
        .onCommand(Create.class, (order, create) -> Effect().reply(create.replyTo(), StatusReply.success(order)))
        .onCommand(Cancel.class, cancel -> persistCancelled(cancel, List.of(cancelled(cancel))))
        .onCommand(Confirm.class, confirm -> Effect()
            .persist(new Confirmed(confirm.transactionId(), confirm.shipmentId(), clock.instant()))
            .thenReply(confirm.replyTo(), StatusReply::success));
    handlers.forState(order -> order.status() == Status.CONFIRMED)
        .onCommand(Confirm.class, (order, confirm) -> Effect().reply(confirm.replyTo(), StatusReply.success(order)))
        .onCommand(Create.class, create -> Effect().reply(create.replyTo(), ended()))
        .onCommand(Cancel.class, cancel -> Effect().reply(cancel.replyTo(), ended()));
    handlers.forState(order -> order.status() == Status.CANCELLED)
        .onCommand(Cancel.class, (order, cancel) -> Effect().reply(cancel.replyTo(), StatusReply.success(order)))
        .onCommand(Create.class, create -> Effect().reply(create.replyTo(), ended()))
        .onCommand(Confirm.class, confirm -> Effect().reply(confirm.replyTo(), ended()));
    handlers.forAnyState()
        .onCommand(Get.class, (order, get) -> Effect().reply(get.replyTo(), StatusReply.success(order)))
        .onCommand(Stop.class, stop -> Effect().stop().thenNoReply());
    return handlers.build();
  }

  private ReplyEffect<Event, State> persistCancelled(Cancel cancel, List<Event> events) {
    return Effect().persist(events).thenReply(cancel.replyTo(), StatusReply::success);
  }

  private Cancelled cancelled(Cancel cancel) {
    return new Cancelled(cancel.reason(), cancel.detail(), clock.instant());
  }

  private static StatusReply<State> notFound() {
    return Refusal.notFound("ORDER_NOT_FOUND", "there is no such order").reply();
  }

  private static StatusReply<State> ended() {
    return Refusal.conflict("ORDER_ENDED", "the order was confirmed or cancelled before").reply();
  }

  @Override
  public EventHandler<State, Event> eventHandler() {
    return Order::apply;
  }

  /** The order after the event. */
  static State apply(State order, Event event) {
    if (event instanceof Created created) {
      return new State(Status.PENDING, created.order(), null, null, null, null, created.at(), created.at());
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
