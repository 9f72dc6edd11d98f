package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the checker of the fault programs takes for a violation of an order's linear history, and what it does not. */
class OrderHistoriesSpec {

  private final OrderHistories seen = new OrderHistories();

  @BeforeEach
  void place() {
    seen.answered("o", "PENDING", 0, 10);
  }

  @Test
  void an_order_that_is_pending_and_then_ends_is_a_history() {
    seen.read("o", "PENDING", 20, 30);
    seen.read("o", "CONFIRMED", 40, 50);
    seen.read("o", "CONFIRMED", 60, 70);
    seen.answered("o", "CONFIRMED", 80, 90);
    assertThat(seen.violations()).isEmpty();
  }

  @Test
  void reads_that_overlap_may_be_answered_in_either_order() {
    seen.read("o", "CONFIRMED", 20, 40);
    seen.read("o", "PENDING", 30, 60);
    assertThat(seen.violations()).isEmpty();
  }

  @Test
  void a_read_that_begins_after_an_end_was_seen_must_see_it() {
    seen.read("o", "CONFIRMED", 20, 40);
    seen.read("o", "PENDING", 50, 60);
    assertThat(seen.violations()).containsExactly("o was CONFIRMED and then PENDING");
  }

  @Test
  void a_repeat_that_is_answered_as_pending_after_the_end_was_seen_is_found() {
    seen.read("o", "CANCELLED", 20, 40);
    seen.answered("o", "PENDING", 50, 60);
    assertThat(seen.violations()).containsExactly("o was CANCELLED and then PENDING");
  }

  @Test
  void an_order_has_one_end_even_for_reads_that_overlap() {
    seen.read("o", "CONFIRMED", 20, 40);
    seen.read("o", "CANCELLED", 30, 50);
    assertThat(seen.violations()).containsExactly("o was CONFIRMED and then CANCELLED");
  }

  @Test
  void an_order_is_found_after_its_201() {
    seen.read("o", OrderHistories.NOT_FOUND, 20, 30);
    assertThat(seen.violations()).containsExactly("o was answered with 201 and not found afterwards");
  }

  @Test
  void an_order_is_not_seen_before_its_201() {
    seen.read("other", OrderHistories.NOT_FOUND, 20, 30);
    seen.read("other", "PENDING", 20, 30);
    assertThat(seen.violations()).containsExactly("other was PENDING before its 201");
  }
}
