package io.orderflow.user;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Ownership;
import io.orderflow.http.RequestKey;
import io.orderflow.http.Routes;
import io.orderflow.idempotency.RequestKeys;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Rejection;
import io.orderflow.security.Caller;
import io.orderflow.security.Denied;
import io.orderflow.security.Scopes;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Registers, reads and deletes users at {@code /api/users}. */
public final class UserRoutes extends Routes {

  private static final Ownership OWNED = new Ownership(Scopes.ORDERS_READ, CompletableFuture::completedFuture,
      Rejection.notFound("USER_NOT_FOUND", "there is no such user"));

  private final UserService users;
  private final RequestKeys keys;
  private final Supplier<UUID> ids;

  /** @param ids generates ids for users whose client chose none */
  public UserRoutes(UserService users, RequestKeys keys, Supplier<UUID> ids) {
    this.keys = keys;
    this.users = users;
    this.ids = ids;
  }

  /** Routes {@code /api/users}. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("users", () -> concat(
        pathEnd(() -> post(Access.CALLERS, caller -> keyed(caller, key -> body(UserRequest::read, user -> register(caller, key, user))))),
        id("userId", user -> pathEnd(() -> concat(
            get(Access.CALLERS, caller -> own(OWNED, caller, user, () -> read(user))),
            delete(Access.CALLERS, caller -> caller.has(Scopes.OPS_WRITE) ? delete(caller, user)
                : own(OWNED.under(Scopes.ACCOUNTS_WRITE), caller, user, () -> delete(caller, user)))))))));
  }

  /** The id for a client that chose none. A customer is registered under their subject. */
  private String newId(Caller caller, Optional<RequestKey> key) {
    return caller.has(Scopes.ORDERS_WRITE) || !Ids.valid(caller.subject())
        ? key.map(known -> known.named("user")).orElseGet(() -> ids.get().toString()) : caller.subject();
  }

  private Route register(Caller caller, Optional<RequestKey> key, UserRequest registration) {
    String id = registration.userId() == null ? newId(caller, key) : registration.userId();
    if (!caller.mayActFor(id, Scopes.ORDERS_WRITE)) {
      throw Denied.needs(Scopes.ORDERS_WRITE);
    }
    return after(keys.claim(key, "users", registration), claimed -> answer(users.as(caller.actor()).register(id, registration.name(), registration.email()),
        user -> Json.response(201, UserResponse.of(id, user)).addHeader(Location.create("/api/users/" + id))));
  }

  private Route delete(Caller caller, String userId) {
    return answer(users.as(caller.actor()).delete(userId), deleted -> HttpResponse.create().withStatus(204));
  }

  private Route read(String userId) {
    return answer(users.get(userId), user -> Json.response(200, UserResponse.of(userId, user)));
  }
}
