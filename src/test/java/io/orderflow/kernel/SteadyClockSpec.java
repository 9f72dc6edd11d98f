package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SteadyClockSpec {

  /** A clock that somebody sets. */
  private static final class Wall extends Clock {
    private Instant now = Instant.parse("2026-11-25T02:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private final Wall wall = new Wall();
  private final Clock steady = SteadyClock.beginningAt(wall);

  @Test
  void begins_with_what_the_other_clock_says_and_does_not_go_back() {
    Instant first = steady.instant();
    assertThat(first).isAfterOrEqualTo(wall.now);
    assertThat(steady.instant()).isAfterOrEqualTo(first);
    assertThat(steady.withZone(ZoneId.of("Europe/Berlin")).instant()).isAfterOrEqualTo(first);
  }

  @Test
  void does_not_jump_when_the_other_clock_is_set() {
    Instant before = steady.instant();
    wall.now = wall.now.plus(Duration.ofDays(400));
    assertThat(steady.instant()).isBefore(wall.now);
    wall.now = wall.now.minus(Duration.ofDays(800));
    assertThat(steady.instant()).isAfterOrEqualTo(before);
  }
}
