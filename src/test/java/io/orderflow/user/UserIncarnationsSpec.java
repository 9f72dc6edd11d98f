package io.orderflow.user;

import io.orderflow.eventsourcing.AggregateIncarnations;
import io.orderflow.eventsourcing.AggregateKit;
import org.junit.jupiter.api.Test;

class UserIncarnationsSpec {

  @Test
  void one_that_is_told_to_leave_while_its_write_fails_leaves() {
    try (var user = new AggregateIncarnations<>(UserService.type(AggregateKit.CLOCK), "ada")) {
      user.older.spawns();
      user.olderLeavesThoughItsWriteFails(new User.Register("Ada", "ada@example.org"));
    }
  }
}
