package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.testkit.SetClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class SteadyClockSpec {

  private final SetClock wall = new SetClock(Instant.parse("2026-11-25T02:00:00Z"));
  private final Clock steady = SteadyClock.beginningAt(wall);

  @Test
  void begins_with_what_the_other_clock_says_and_does_not_go_back() {
    Instant first = steady.instant();
    assertThat(first).isAfterOrEqualTo(wall.instant());
    assertThat(steady.instant()).isAfterOrEqualTo(first);
    assertThat(steady.withZone(ZoneId.of("Europe/Berlin")).instant()).isAfterOrEqualTo(first);
  }

  @Test
  void does_not_jump_when_the_other_clock_is_set() {
    Instant before = steady.instant();
    wall.set(wall.instant().plus(Duration.ofDays(400)));
    assertThat(steady.instant()).isBefore(wall.instant());
    wall.set(wall.instant().minus(Duration.ofDays(800)));
    assertThat(steady.instant()).isAfterOrEqualTo(before);
  }
}
