package io.orderflow.user;

import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.JsonFields;
import io.orderflow.http.Routes;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** {@code /api/users}: registering users and reading their profiles. */
public final class UserRoutes extends Routes {

  private static final int MAX_NAME = 200;
  /** The longest address that mail can be sent to (RFC 5321). */
  private static final int MAX_EMAIL = 254;
  /** What HTML's own e-mail field accepts: an address that this refuses could not be typed into a form either. */
  private static final Pattern EMAIL = Pattern.compile("[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
      + "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");

  private record Registration(String userId, String name, String email) {
    static Registration read(JsonFields fields, Supplier<UUID> ids) {
      String email = fields.text("email", MAX_EMAIL);
      if (!EMAIL.matcher(email).matches()) {
        throw fields.invalid("email", "must be an e-mail address");
      }
      return new Registration(fields.optionalId("userId").orElseGet(() -> ids.get().toString()), fields.text("name", MAX_NAME), email);
    }
  }

  private record Profile(String userId, String name, String email, Instant registeredAt) {
    static Profile of(String userId, User.State user) {
      return new Profile(userId, user.name(), user.email(), user.registeredAt());
    }
  }

  private final UserService users;
  private final Supplier<UUID> ids;

  /** @param ids makes the id of a user whose client chose none */
  public UserRoutes(UserService users, Supplier<UUID> ids) {
    this.users = users;
    this.ids = ids;
  }

  /** The routes from {@code /api/users} on. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("users", () -> concat(
        pathEnd(() -> post(() -> body(fields -> Registration.read(fields, ids), this::register))),
        id("userId", user -> pathEnd(() -> get(() -> read(user)))))));
  }

  private Route register(Registration registration) {
    String id = registration.userId();
    return answer(users.register(id, registration.name(), registration.email()),
        user -> Json.response(201, Profile.of(id, user)).addHeader(Location.create("/api/users/" + id)));
  }

  private Route read(String userId) {
    return answer(users.get(userId), user -> Json.response(200, Profile.of(userId, user)));
  }
}
