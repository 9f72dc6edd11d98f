package io.orderflow.user;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.eventsourcing.Aggregate;
import io.orderflow.eventsourcing.Decision;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Rejection;
import java.time.Clock;
import java.time.Instant;

/** A user's profile. It does not change after the registration. */
public final class User implements Aggregate<User.Command, User.Event, User.State, User.State> {

  /** The entity type of users in the journal. */
  public static final String NAME = "user";

  /** @param name null if the user does not exist */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(String name, String email, Instant registeredAt) implements CborSerializable {
    static final State NONE = new State(null, null, null);
  }

  public sealed interface Command extends CborSerializable {}

  /** Registers the user. Idempotent for the same values. */
  public record Register(String name, String email) implements Command {}

  public record Get() implements Command {}

  public sealed interface Event extends CborSerializable {}

  public record Registered(String name, String email, Instant at) implements Event {}

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
      return exists ? registerAgain(user, register) : register(user, register);
    }
    return exists ? Decision.reply(user) : Decision.reject(Rejection.notFound("USER_NOT_FOUND", "there is no such user"));
  }

  private Decision<Event, State> register(State none, Register register) {
    Registered registered = new Registered(register.name(), register.email(), clock.instant());
    return Decision.accept(registered, apply(none, registered));
  }

  private static Decision<Event, State> registerAgain(State user, Register register) {
    boolean same = user.name().equals(register.name()) && user.email().equals(register.email());
    return same ? Decision.reply(user) : Decision.reject(Rejection.conflict("USER_EXISTS", "the user already exists with another name or email"));
  }

  @Override
  public State apply(State user, Event event) {
    Registered registered = (Registered) event;
    return new State(registered.name(), registered.email(), registered.at());
  }
}
