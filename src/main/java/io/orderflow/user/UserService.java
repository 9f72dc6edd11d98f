package io.orderflow.user;

import akka.actor.typed.ActorSystem;
import io.orderflow.eventsourcing.AggregateClient;
import io.orderflow.eventsourcing.AggregateType;
import io.orderflow.eventsourcing.Aggregates;
import io.orderflow.kernel.Rejection;
import io.orderflow.privacy.PersonalData;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Registers, reads and deletes users. The aggregates know their names and e-mail addresses as sealed texts alone. */
public final class UserService {

  private final AggregateClient<User.Command, User.Event, User.State, User.State> users;
  private final PersonalData personal;

  /** Hosts users. */
  public UserService(ActorSystem<?> system, PersonalData personal, Clock clock) {
    this(Aggregates.host(system, type(clock)), personal);
  }

  private UserService(AggregateClient<User.Command, User.Event, User.State, User.State> users, PersonalData personal) {
    this.users = users;
    this.personal = personal;
  }

  /** The same service on behalf of somebody, whom the events name. */
  UserService as(String actor) {
    return actor == null ? this : new UserService(users.as(actor), personal);
  }

  /** No snapshots: a user has two events at most. */
  static AggregateType<User.Command, User.Event, User.State, User.State> type(Clock clock) {
    return AggregateType.of(User.NAME, User.Event.class, new User(clock));
  }

  /** Registers a user. Rejected with USER_EXISTS if the id has another name or email, and with USER_DELETED. */
  CompletionStage<User.State> register(String userId, String name, String email) {
    return personal.sealing(userId).thenCompose(key -> users.ask(userId, new User.Register(key.seal(name), key.seal(email))))
        .thenCompose(this::opened).exceptionallyCompose(failure -> exists(failure) ? get(userId).thenCompose(known ->
            known.name().equals(name) && known.email().equals(email) ? CompletableFuture.completedStage(known) : CompletableFuture.failedFuture(failure))
            : CompletableFuture.failedFuture(failure));
  }

  /** Whether the id has another name or email, or the same ones: sealed texts differ even then. */
  private static boolean exists(Throwable failure) {
    return Rejection.in(failure).filter(rejection -> rejection.code().equals(User.EXISTS.code())).isPresent();
  }

  /**
   * Deletes a person for good: forgets the key of their data, those of their orders included, and then the profile, if there is one. Idempotent. After a
   * crash between the two the data is unreadable already, and a repeat does the rest.
   */
  CompletionStage<User.State> delete(String userId) {
    return personal.forget(userId).thenCompose(forgotten -> users.ask(userId, new User.Delete()));
  }

  /** Reads a user. Rejected with USER_NOT_FOUND. */
  CompletionStage<User.State> get(String userId) {
    return users.ask(userId, new User.Get()).thenCompose(this::opened);
  }

  private CompletionStage<User.State> opened(User.State user) {
    return personal.opening(List.of(user.name(), user.email())).thenApply(open ->
        new User.State(open.apply(user.name()), open.apply(user.email()), user.registeredAt(), null));
  }
}
