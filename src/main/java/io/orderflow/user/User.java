package io.orderflow.user;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.eventsourcing.Aggregate;
import io.orderflow.eventsourcing.Decision;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Rejection;
import java.time.Clock;
import java.time.Instant;

/** A user's profile, whose name and e-mail address are sealed. It does not change after the registration, until it is deleted for good. */
public final class User implements Aggregate<User.Command, User.Event, User.State, User.State> {

  /** The entity type of users in the journal. */
  public static final String NAME = "user";

  /**
   * @param name null if the user does not exist, or not any more
   * @param deletedAt null if the user was not deleted
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(String name, String email, Instant registeredAt, Instant deletedAt) implements CborSerializable {
    static final State NONE = new State(null, null, null, null);
  }

  public sealed interface Command extends CborSerializable {}

  /** Registers the user. Idempotent for the same values. */
  public record Register(String name, String email) implements Command {}

  /** Deletes the user, also one who was never registered: a registration that arrives later is rejected. */
  public record Delete() implements Command {}

  public record Get() implements Command {}

  public sealed interface Event extends CborSerializable {}

  public record Registered(String name, String email, Instant at) implements Event {}

  public record Deleted(Instant at) implements Event {}

  static final Rejection EXISTS = Rejection.conflict("USER_EXISTS", "the user already exists with another name or email");
  private static final Rejection DELETED = Rejection.conflict("USER_DELETED", "the user was deleted, and the id can't be used again");

  private final Clock clock;

  User(Clock clock) {
    this.clock = clock;
  }

  @Override
  public State initialState() {
    return State.NONE;
  }

  @Override
  public Decision<Event, State> decide(State user, Command command) {
    boolean exists = user.name() != null;
    if (command instanceof Register register) {
      return user.deletedAt() != null ? Decision.reject(DELETED) : exists ? registerAgain(user, register) : accept(user,
          new Registered(register.name(), register.email(), clock.instant()));
    }
    if (command instanceof Delete) {
      return user.deletedAt() == null ? accept(user, new Deleted(clock.instant())) : Decision.reply(user);
    }
    return exists ? Decision.reply(user) : Decision.reject(Rejection.notFound("USER_NOT_FOUND", "there is no such user"));
  }

  private Decision<Event, State> accept(State user, Event event) {
    return Decision.accept(event, apply(user, event));
  }

  private static Decision<Event, State> registerAgain(State user, Register register) {
    boolean same = user.name().equals(register.name()) && user.email().equals(register.email());
    return same ? Decision.reply(user) : Decision.reject(EXISTS);
  }

  @Override
  public State apply(State user, Event event) {
    if (event instanceof Registered registered) {
      return new State(registered.name(), registered.email(), registered.at(), null);
    }
    return new State(null, null, user.registeredAt(), ((Deleted) event).at());
  }
}
