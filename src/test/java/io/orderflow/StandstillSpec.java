package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The end of a node after a long pause. */
class StandstillSpec {

  private static final Duration LIMIT = Duration.ofSeconds(8);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - LIMIT.toNanos());
  private final AtomicInteger ends = new AtomicInteger();
  private boolean others = true;
  private final Standstill standstill = new Standstill(LIMIT, nanos::get, () -> others, ends::incrementAndGet);

  @Test
  void after_a_long_pause_the_node_ends_before_it_responds() {
    standstill.tick();
    passes(LIMIT.plusMillis(1));
    assertThat(standstill.isFresh()).isFalse();
    assertThat(standstill.isFresh()).isFalse();
    assertThat(ends).hasValue(1);
  }

  @Test
  void the_node_ends_without_a_request_too() {
    standstill.tick();
    passes(LIMIT.plusMillis(1));
    standstill.tick();
    assertThat(ends).hasValue(1);
    standstill.tick();
    assertThat(standstill.isFresh()).isFalse();
  }

  @Test
  void a_short_pause_has_no_effect() {
    standstill.tick();
    for (int pause = 0; pause < 3; pause++) {
      passes(LIMIT);
      assertThat(standstill.isFresh()).isTrue();
      standstill.tick();
    }
    assertThat(ends).hasValue(0);
  }

  @Test
  void the_only_node_with_aggregates_survives() {
    others = false;
    standstill.tick();
    passes(Duration.ofHours(1));
    assertThat(standstill.isFresh()).isTrue();
    standstill.tick();
    assertThat(ends).hasValue(0);
  }

  @Test
  void only_nodes_known_before_the_pause_count() {
    standstill.tick();
    passes(LIMIT.plusMillis(1));
    others = false;
    assertThat(standstill.isFresh()).isFalse();
  }

  private void passes(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }
}
