package io.orderflow.user;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandlerWithReply;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehaviorWithEnforcedReplies;
import akka.persistence.typed.javadsl.ReplyEffect;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** A user's profile. It is registered once and has that one event, so it needs no snapshots. */
public final class User extends EventSourcedBehaviorWithEnforcedReplies<User.Command, User.Event, User.State> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "user");

  /** @param name null while there is no such user */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(String name, String email, Instant registeredAt) implements CborSerializable {
    static final State NONE = new State(null, null, null);
  }

  public record Profile(String userId, String name, String email, Instant registeredAt) implements CborSerializable {}

  public sealed interface Command extends CborSerializable {}

  /** Makes it known; again with the same values changes nothing. */
  public record Register(String name, String email, ActorRef<StatusReply<Profile>> replyTo) implements Command {}

  public record Get(ActorRef<StatusReply<Profile>> replyTo) implements Command {}

  /** Tells it to leave memory, when the write under way has succeeded or failed. */
  enum Stop implements Command { INSTANCE }

  public sealed interface Event extends CborSerializable {}

  public record Registered(String name, String email, Instant at) implements Event {}

  private final String userId;
  private final Clock clock;

  /** Makes the node carry users. */
  public static void init(ActorSystem<?> system, Clock clock) {
    ClusterSharding.get(system).init(Entity.of(KEY, entity -> create(entity.getEntityId(), clock))
        .withStopMessage(Stop.INSTANCE).withRole("services"));
  }

  static Behavior<Command> create(String userId, Clock clock) {
    return new User(userId, clock);
  }

  private User(String userId, Clock clock) {
    super(PersistenceId.of(KEY.name(), userId),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.userId = userId;
    this.clock = clock;
  }

  @Override
  public State emptyState() {
    return State.NONE;
  }

  @Override
  public CommandHandlerWithReply<Command, Event, State> commandHandler() {
    var handlers = newCommandHandlerWithReplyBuilder();
    handlers.forState(user -> user.name() == null)
        .onCommand(Register.class, register ->
            Effect().persist(new Registered(register.name(), register.email(), clock.instant()))
                .thenReply(register.replyTo(), this::profile))
        .onCommand(Get.class, get -> Effect().reply(get.replyTo(),
            Refusal.notFound("USER_NOT_FOUND", "there is no such user").reply()));
    handlers.forAnyState()
        .onCommand(Register.class, this::registerAgain)
        .onCommand(Get.class, (user, get) -> Effect().reply(get.replyTo(), profile(user)))
        .onCommand(Stop.class, stop -> Effect().stop().thenNoReply());
    return handlers.build();
  }

  private ReplyEffect<Event, State> registerAgain(State user, Register register) {
    boolean same = user.name().equals(register.name()) && user.email().equals(register.email());
    return Effect().reply(register.replyTo(), same ? profile(user)
        : Refusal.conflict("USER_EXISTS", "the user exists with another name or email").reply());
  }

  private StatusReply<Profile> profile(State user) {
    return StatusReply.success(new Profile(userId, user.name(), user.email(), user.registeredAt()));
  }

  @Override
  public EventHandler<State, Event> eventHandler() {
    return newEventHandlerBuilder().forAnyState()
        .onEvent(Registered.class, (none, registered) -> new State(registered.name(), registered.email(), registered.at()))
        .build();
  }
}
