package io.orderflow.user;

import io.orderflow.http.JsonFields;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The body of a request that registers a user. */
record UserRequest(String userId, String name, String email) {

  private static final int MAX_NAME = 200;
  /** The longest address that mail can be sent to (RFC 5321). */
  private static final int MAX_EMAIL = 254;
  /** The addresses that HTML's own e-mail field accepts: any other could not be typed into a form either. */
  private static final Pattern EMAIL = Pattern.compile("[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
      + "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");

  /** @param ids makes the id of a user whose client chose none */
  static UserRequest read(JsonFields fields, Supplier<UUID> ids) {
    String email = fields.text("email", MAX_EMAIL);
    if (!EMAIL.matcher(email).matches()) {
      throw fields.invalid("email", "must be an e-mail address");
    }
    return new UserRequest(fields.optionalId("userId").orElseGet(() -> ids.get().toString()), fields.text("name", MAX_NAME), email);
  }
}
