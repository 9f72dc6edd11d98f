package io.orderflow.user;

import io.orderflow.kernel.AggregateKit;
import io.orderflow.kernel.Incarnations;
import org.junit.jupiter.api.Test;

class UserIncarnationsSpec {

  @Test
  void one_that_is_told_to_leave_while_its_write_fails_leaves() {
    try (Incarnations<User.Command> entity = new Incarnations<>(() -> User.create("ada", AggregateKit.CLOCK))) {
      entity.older.spawns();
      entity.<User.Profile>olderLeavesThoughItsWriteFails(reply -> new User.Register("Ada", "ada@example.org", reply), User.Stop.INSTANCE);
    }
  }
}
