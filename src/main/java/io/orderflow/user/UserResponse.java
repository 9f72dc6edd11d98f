package io.orderflow.user;

import java.time.Instant;

/** The JSON of a user. */
record UserResponse(String userId, String name, String email, Instant registeredAt) {

  static UserResponse of(String userId, User.State user) {
    return new UserResponse(userId, user.name(), user.email(), user.registeredAt());
  }
}
