package io.orderflow.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DelayControlSpec {

  private static final Duration TARGET = Duration.ofMillis(20);

  /** A queue in front of one worker: each second so much work comes, of which the control refuses its share, and a second's worth is done. */
  private static final class Queue {
    private DelayControl control = DelayControl.IDLE;
    private double waitingSeconds;
    private double admitted;

    private void run(double offered, Duration time) {
      double step = DelayControl.INTERVAL.toNanos() / 1e9;
      admitted = 0;
      long steps = time.dividedBy(DelayControl.INTERVAL);
      for (long i = 0; i < steps; i++) {
        double taken = offered * step * (1 - control.share());
        admitted += taken / (step * steps);
        waitingSeconds = Math.max(0, waitingSeconds + taken - step);
        control = control.measured(Duration.ofNanos((long) (waitingSeconds * 1e9)), TARGET);
      }
    }
  }

  private final Queue queue = new Queue();

  @Test
  void work_within_the_capacity_is_never_refused() {
    queue.run(0.95, Duration.ofMinutes(1));
    assertThat(queue.control.share()).isZero();
  }

  @Test
  void under_twice_the_capacity_the_delay_settles_at_the_target_and_the_capacity_is_used() {
    queue.run(2, Duration.ofSeconds(30));
    queue.run(2, Duration.ofSeconds(30));
    assertThat(queue.waitingSeconds).isBetween(0.01, 0.04);
    assertThat(queue.control.share()).isBetween(0.45, 0.55);
    assertThat(queue.admitted).isBetween(0.97, 1.03);
  }

  @Test
  void under_ten_times_the_capacity_nine_tenths_are_refused() {
    queue.run(10, Duration.ofMinutes(1));
    assertThat(queue.control.share()).isBetween(0.88, 0.92);
    assertThat(queue.waitingSeconds).isLessThan(0.05);
  }

  @Test
  void nothing_is_refused_any_more_soon_after_the_overload() {
    queue.run(2, Duration.ofSeconds(30));
    queue.run(0.5, Duration.ofSeconds(10));
    assertThat(queue.control.refuses(0.0001, TARGET)).isFalse();
    assertThat(queue.control.share()).isLessThan(0.01);
  }

  @Test
  void a_single_pause_of_a_tenth_of_a_second_refuses_nothing() {
    DelayControl paused = DelayControl.IDLE.measured(Duration.ofMillis(100), TARGET).measured(Duration.ZERO, TARGET);
    assertThat(paused.share()).isLessThan(0.001);
    assertThat(paused.refuses(0, TARGET)).isFalse();
  }

  @Test
  void the_share_stays_between_nothing_and_all() {
    DelayControl control = DelayControl.IDLE;
    for (int i = 0; i < 10_000; i++) {
      control = control.measured(Duration.ofSeconds(10), TARGET);
    }
    assertThat(control.share()).isEqualTo(1);
    for (int i = 0; i < 10_000; i++) {
      control = control.measured(Duration.ZERO, TARGET);
    }
    assertThat(control.share()).isBetween(0.0, 0.001);
  }
}
