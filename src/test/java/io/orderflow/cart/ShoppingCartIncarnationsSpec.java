package io.orderflow.cart;

import io.orderflow.eventsourcing.AggregateIncarnations;
import io.orderflow.eventsourcing.AggregateKit;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShoppingCartIncarnationsSpec {

  @Test
  void one_that_is_told_to_leave_while_its_write_fails_leaves() {
    try (var cart = new AggregateIncarnations<>(CartService.type(AggregateKit.CLOCK, Duration.ofDays(7)), "cart-1")) {
      cart.older.spawns();
      cart.olderLeavesThoughItsWriteFails(new ShoppingCart.PutItem("tea", 1));
    }
  }
}
