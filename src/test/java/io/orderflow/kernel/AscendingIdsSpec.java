package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Ids of version 7. */
class AscendingIdsSpec {

  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123500Z");

  @Test
  void begin_with_the_time_to_a_fraction_of_a_millisecond() {
    UUID id = new AscendingIds(Clock.fixed(NOW, ZoneOffset.UTC)).get();
    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(NOW.toEpochMilli());
    assertThat(id.getMostSignificantBits() & 0xfff).isEqualTo(2_048);
  }

  @Test
  void ascend_as_text_when_the_clock_stands_still() {
    AscendingIds ids = new AscendingIds(Clock.fixed(NOW, ZoneOffset.UTC));
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      made.add(ids.get().toString());
    }
    assertThat(made).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void ascend_when_the_clock_goes_back() {
    Iterator<Instant> times = Arrays.asList(NOW, NOW.minusSeconds(60), NOW.plusMillis(1)).iterator();
    AscendingIds ids = new AscendingIds(new Clock() {
      @Override
      public Instant instant() {
        return times.next();
      }

      @Override
      public ZoneOffset getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    });
    String first = ids.get().toString();
    String second = ids.get().toString();
    String third = ids.get().toString();
    assertThat(List.of(first, second, third)).isSorted();
  }

  @Test
  void two_nodes_at_the_same_instant_make_different_ones_and_so_do_threads() {
    AscendingIds one = new AscendingIds(Clock.fixed(NOW, ZoneOffset.UTC));
    AscendingIds other = new AscendingIds(Clock.fixed(NOW, ZoneOffset.UTC));
    List<CompletableFuture<List<UUID>>> made = new ArrayList<>();
    for (AscendingIds ids : List.of(one, one, other, other)) {
      made.add(CompletableFuture.supplyAsync(() -> {
        List<UUID> some = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
          some.add(ids.get());
        }
        return some;
      }));
    }
    HashSet<UUID> all = new HashSet<>();
    made.forEach(some -> all.addAll(some.join()));
    assertThat(all).hasSize(20_000);
  }
}
