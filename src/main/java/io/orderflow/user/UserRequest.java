package io.orderflow.user;

import io.orderflow.http.JsonFields;
import java.util.regex.Pattern;

/**
 * The body of a request that registers a user.
 *
 * @param userId null if the client chose none
 */
record UserRequest(String userId, String name, String email) {

  private static final int MAX_NAME = 200;
  /** The longest e-mail address (RFC 5321). */
  private static final int MAX_EMAIL = 254;
  /** Accepts the same addresses as the e-mail field of HTML, so that every form can submit a valid address. */
  private static final Pattern EMAIL = Pattern.compile("[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
      + "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");

  static UserRequest read(JsonFields fields) {
    String email = fields.text("email", MAX_EMAIL);
    if (!EMAIL.matcher(email).matches()) {
      throw fields.invalid("email", "must be an e-mail address");
    }
    return new UserRequest(fields.optionalId("userId").orElse(null), fields.text("name", MAX_NAME), email);
  }
}
