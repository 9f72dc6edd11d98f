package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When a node that stood still ends. */
class StandstillSpec {

  private static final Duration LIMIT = Duration.ofSeconds(8);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - LIMIT.toNanos());
  private final AtomicInteger ends = new AtomicInteger();
  private boolean others = true;
  private final Standstill standstill = new Standstill(LIMIT, nanos::get, () -> others, ends::incrementAndGet);

  @Test
  void after_a_long_standstill_the_node_ends_before_it_answers() {
    standstill.tick();
    passes(LIMIT.plusMillis(1));
    assertThat(standstill.isFresh()).isFalse();
    assertThat(standstill.isFresh()).isFalse();
    assertThat(ends).hasValue(1);
  }

  @Test
  void it_ends_when_nobody_asks_for_anything() {
    standstill.tick();
    passes(LIMIT.plusMillis(1));
    standstill.tick();
    assertThat(ends).hasValue(1);
    standstill.tick();
    assertThat(standstill.isFresh()).isFalse();
  }

  @Test
  void a_pause_that_the_others_wait_for_does_no_harm() {
    standstill.tick();
    for (int pause = 0; pause < 3; pause++) {
      passes(LIMIT);
      assertThat(standstill.isFresh()).isTrue();
      standstill.tick();
    }
    assertThat(ends).hasValue(0);
  }

  @Test
  void a_node_that_carries_all_aggregates_alone_lives_on() {
    others = false;
    standstill.tick();
    passes(Duration.ofHours(1));
    assertThat(standstill.isFresh()).isTrue();
    standstill.tick();
    assertThat(ends).hasValue(0);
  }

  @Test
  void what_counts_is_whether_there_were_others_before_the_standstill() {
    standstill.tick();
    passes(LIMIT.plusMillis(1));
    others = false;
    assertThat(standstill.isFresh()).isFalse();
  }

  private void passes(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }
}
