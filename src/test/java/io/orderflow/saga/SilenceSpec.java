package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.saga.SagaTable.Active;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When a saga counts as silent. */
class SilenceSpec {

  private static final Instant START = Instant.EPOCH;

  private final Silence silence = new Silence(Duration.ofSeconds(5), 2);

  @Test
  void a_saga_is_silent_when_it_was_seen_at_the_same_event_for_long_enough() {
    assertThat(seen("a", 1, 0)).isFalse();
    assertThat(seen("a", 1, 4)).isFalse();
    assertThat(seen("a", 1, 5)).isTrue();
    assertThat(seen("a", 1, 7)).isTrue();
  }

  @Test
  void a_saga_that_writes_is_not_silent() {
    assertThat(seen("a", 1, 0)).isFalse();
    assertThat(seen("a", 2, 5)).isFalse();
    assertThat(seen("a", 2, 9)).isFalse();
    assertThat(seen("a", 2, 10)).isTrue();
  }

  @Test
  void a_saga_that_was_not_seen_for_a_pass_starts_over() {
    assertThat(seen("a", 1, 0)).isFalse();
    silence.endPass();
    assertThat(seen("a", 1, 6)).isFalse();
  }

  @Test
  void two_definitions_may_use_the_same_id() {
    assertThat(silence.of(new Active("order", "a", 1), START)).isFalse();
    assertThat(silence.of(new Active("transfer", "a", 1), START.plusSeconds(5))).isFalse();
  }

  @Test
  void sagas_beyond_the_bound_count_as_silent() {
    for (String id : new String[] {"a", "b"}) {
      assertThat(silence.of(new Active("order", id, 1), START)).isFalse();
    }
    assertThat(silence.of(new Active("order", "c", 1), START)).isTrue();
  }

  private boolean seen(String id, long sequence, int second) {
    boolean silent = silence.of(new Active("order", id, sequence), START.plusSeconds(second));
    silence.endPass();
    return silent;
  }
}
