package io.orderflow.cart;

import io.orderflow.kernel.AggregateKit;
import io.orderflow.kernel.Incarnations;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShoppingCartIncarnationsSpec {

  @Test
  void one_that_is_told_to_leave_while_its_write_fails_leaves() {
    try (Incarnations<ShoppingCart.Command> entity = new Incarnations<>(() -> ShoppingCart.create("cart-1", AggregateKit.CLOCK, Duration.ofDays(7), 1000))) {
      entity.older.spawns();
      entity.<ShoppingCart.Contents>olderLeavesThoughItsWriteFails(reply -> new ShoppingCart.PutItem("tea", 1, reply), ShoppingCart.Stop.INSTANCE);
    }
  }
}
