package io.orderflow.shipping;

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

/** The shipment of one order, under the order's id. Cancelled for good: a creation that arrives after it is refused. */
public final class Shipment
    extends EventSourcedBehaviorWithEnforcedReplies<Shipment.Command, Shipment.Event, Shipment.State> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "shipment");

  /** How far the shipment has come. */
  public enum Status { CREATED, CANCELLED }

  /** @param status null while there is none */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(Status status, Address address, Instant createdAt, Instant cancelledAt) implements CborSerializable {
    static final State NONE = new State(null, null, null, null);
  }

  public sealed interface Command extends CborSerializable {}

  /** @param address null when the goods are collected */
  public record Create(Address address, ActorRef<StatusReply<State>> replyTo) implements Command {}

  public record Cancel(ActorRef<StatusReply<State>> replyTo) implements Command {}

  public record Get(ActorRef<StatusReply<State>> replyTo) implements Command {}

  /** Tells it to leave memory, when the write under way has succeeded or failed. */
  enum Stop implements Command { INSTANCE }

  public sealed interface Event extends CborSerializable {}

  public record Created(Address address, Instant at) implements Event {}

  public record Cancelled(Instant at) implements Event {}

  private final Clock clock;
  private final Runnable leave;

  /** Makes the node carry shipments. */
  public static void init(ActorSystem<?> system, Clock clock) {
    ClusterSharding.get(system).init(ShortLived.entity(system, KEY, Stop.INSTANCE, (orderId, leave) -> create(orderId, clock, leave)));
  }

  /** @param leave what to do when nothing more is expected of it, unless the order is undone */
  static Behavior<Command> create(String orderId, Clock clock, Runnable leave) {
    return new Shipment(orderId, clock, leave);
  }

  private Shipment(String orderId, Clock clock, Runnable leave) {
    super(PersistenceId.of(KEY.name(), orderId),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.clock = clock;
    this.leave = leave;
  }

  /** The id of an order's shipment: one order has one. */
  public static String idOf(String orderId) {
    return "shp-" + orderId;
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
    return newCommandHandlerWithReplyBuilder().forAnyState()
        .onCommand(Create.class, this::create)
        .onCommand(Cancel.class, this::cancel)
        .onCommand(Get.class, (shipment, get) -> Effect().reply(get.replyTo(), known(shipment)))
        .onCommand(Stop.class, stop -> Effect().stop().thenNoReply())
        .build();
  }

  private ReplyEffect<Event, State> create(State shipment, Create create) {
    if (shipment.status() == Status.CANCELLED) {
      return Effect().reply(create.replyTo(), Refusal.conflict("SHIPMENT_CANCELLED", "the shipment was cancelled").reply());
    }
    if (shipment.status() == Status.CREATED) {
      return Effect().reply(create.replyTo(), StatusReply.success(shipment));
    }
    return settle(new Created(create.address(), clock.instant()), create.replyTo());
  }

  private ReplyEffect<Event, State> cancel(State shipment, Cancel cancel) {
    if (shipment.status() == Status.CANCELLED) {
      return Effect().reply(cancel.replyTo(), StatusReply.success(shipment));
    }
    return settle(new Cancelled(clock.instant()), cancel.replyTo());
  }

  private ReplyEffect<Event, State> settle(Event event, ActorRef<StatusReply<State>> replyTo) {
    return Effect().persist(event).thenRun(settled -> leave.run()).thenReply(replyTo, StatusReply::success);
  }

  private static StatusReply<State> known(State shipment) {
    return shipment.status() == null
        ? Refusal.notFound("SHIPMENT_NOT_FOUND", "there is no shipment for this order").reply() : StatusReply.success(shipment);
  }

  @Override
  public EventHandler<State, Event> eventHandler() {
    return Shipment::apply;
  }

  /** The shipment after the event. */
  static State apply(State shipment, Event event) {
    if (event instanceof Created created) {
      return new State(Status.CREATED, created.address(), created.at(), null);
    }
    return new State(Status.CANCELLED, shipment.address(), shipment.createdAt(), ((Cancelled) event).at());
  }
}
