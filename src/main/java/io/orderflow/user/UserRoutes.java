package io.orderflow.user;

import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import java.util.UUID;
import java.util.function.Supplier;

/** Registers and reads users at {@code /api/users}. */
public final class UserRoutes extends Routes {

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
        pathEnd(() -> post(() -> body(fields -> UserRequest.read(fields, ids), this::register))),
        id("userId", user -> pathEnd(() -> get(() -> read(user)))))));
  }

  private Route register(UserRequest registration) {
    String id = registration.userId();
    return answer(users.register(id, registration.name(), registration.email()),
        user -> Json.response(201, UserResponse.of(id, user)).addHeader(Location.create("/api/users/" + id)));
  }

  private Route read(String userId) {
    return answer(users.get(userId), user -> Json.response(200, UserResponse.of(userId, user)));
  }
}
