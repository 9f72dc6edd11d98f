package io.orderflow.user;

import akka.actor.typed.ActorSystem;
import io.orderflow.eventsourcing.AggregateClient;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.eventsourcing.Aggregates;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/** Registers and reads users. */
public final class UserService {

  private final AggregateClient<User.Command, User.Event, User.State, User.State> users;

  /** Hosts users. */
  public UserService(ActorSystem<?> system, Clock clock) {
    this(Aggregates.host(system, type(clock)));
  }

  private UserService(AggregateClient<User.Command, User.Event, User.State, User.State> users) {
    this.users = users;
  }

  /** The same service on behalf of somebody, whom the events name. */
  UserService as(String actor) {
    return new UserService(users.as(actor));
  }

  /** No snapshots: a user has a single event. */
  static AggregateType<User.Command, User.Event, User.State, User.State> type(Clock clock) {
    return AggregateType.of(User.NAME, User.Event.class, new User(clock));
  }

  /** Registers a user. Rejected with USER_EXISTS if the id has another name or email. */
  CompletionStage<User.State> register(String userId, String name, String email) {
    return users.ask(userId, new User.Register(name, email));
  }

  /** Reads a user. Rejected with USER_NOT_FOUND. */
  CompletionStage<User.State> get(String userId) {
    return users.ask(userId, new User.Get());
  }
}
