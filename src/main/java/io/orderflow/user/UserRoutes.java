package io.orderflow.user;

import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Ownership;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Rejection;
import io.orderflow.security.Caller;
import io.orderflow.security.Denied;
import io.orderflow.security.Scopes;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Registers and reads users at {@code /api/users}. */
public final class UserRoutes extends Routes {

  private static final Ownership OWNED = new Ownership(Scopes.ORDERS_READ, CompletableFuture::completedFuture,
      Rejection.notFound("USER_NOT_FOUND", "there is no such user"));

  private final UserService users;
  private final Supplier<UUID> ids;

  /** @param ids generates ids for users whose client chose none */
  public UserRoutes(UserService users, Supplier<UUID> ids) {
    this.users = users;
    this.ids = ids;
  }

  /** Routes {@code /api/users}. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("users", () -> concat(
        pathEnd(() -> post(Access.CALLERS, caller -> body(fields -> UserRequest.read(fields, idsFor(caller)), user -> register(caller, user)))),
        id("userId", user -> pathEnd(() -> get(Access.CALLERS, caller -> own(OWNED, caller, user, () -> read(user))))))));
  }

  /** A customer who chooses no id is registered under their subject. */
  private Supplier<String> idsFor(Caller caller) {
    return () -> caller.has(Scopes.ORDERS_WRITE) || !Ids.valid(caller.subject()) ? ids.get().toString() : caller.subject();
  }

  private Route register(Caller caller, UserRequest registration) {
    String id = registration.userId();
    if (!caller.mayActFor(id, Scopes.ORDERS_WRITE)) {
      throw Denied.needs(Scopes.ORDERS_WRITE);
    }
    return answer(users.register(id, registration.name(), registration.email()),
        user -> Json.response(201, UserResponse.of(id, user)).addHeader(Location.create("/api/users/" + id)));
  }

  private Route read(String userId) {
    return answer(users.get(userId), user -> Json.response(200, UserResponse.of(userId, user)));
  }
}
