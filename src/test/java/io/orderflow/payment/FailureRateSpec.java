package io.orderflow.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureRateSpec {

  @Test
  void nothing_recorded_is_no_failure() {
    FailureRate rate = new FailureRate(10, 50);

    assertThat(rate.calls()).isZero();
    assertThat(rate.percent()).isZero();
    assertThat(rate.tooHigh()).isFalse();
  }

  @Test
  void it_gives_no_verdict_before_the_window_is_full() {
    FailureRate rate = new FailureRate(10, 50);

    for (int i = 0; i < 9; i++) {
      assertThat(rate.record(true)).isFalse();
    }
    assertThat(rate.percent()).isEqualTo(100);
    assertThat(rate.record(false)).isTrue();
  }

  @Test
  void the_oldest_call_makes_room_for_the_newest() {
    FailureRate rate = new FailureRate(4, 50);
    record(rate, "FF..");
    assertThat(rate.tooHigh()).isTrue();

    record(rate, ".");

    assertThat(rate.failures()).isEqualTo(1);
    assertThat(rate.calls()).isEqualTo(4);
    assertThat(rate.tooHigh()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
      "10, 50, FFFF......, false", "10, 50, FFFFF....., true", "3, 50, F.., false", "3, 50, FF., true", "3, 33, F.., true",
      "3, 33.4, F.., false", "1, 100, F, true", "1, 100, ., false", "7, 100, FFFFFF., false", "7, 100, FFFFFFF, true"})
  void the_threshold_itself_is_too_high(int window, double threshold, String calls, boolean tooHigh) {
    FailureRate rate = new FailureRate(window, threshold);

    record(rate, calls);

    assertThat(rate.tooHigh()).isEqualTo(tooHigh);
  }

  @Test
  void it_agrees_with_a_plain_list_of_the_last_calls() {
    Random random = new Random(7);
    FailureRate rate = new FailureRate(13, 40);
    Deque<Boolean> last = new ArrayDeque<>();
    for (int i = 0; i < 5000; i++) {
      boolean failure = random.nextInt(100) < 40;
      last.addLast(failure);
      if (last.size() > 13) {
        last.removeFirst();
      }
      long failures = last.stream().filter(f -> f).count();

      assertThat(rate.record(failure)).isEqualTo(last.size() == 13 && failures >= 6);
      assertThat(rate.failures()).isEqualTo((int) failures);
    }
  }

  @Test
  void no_call_is_lost_when_many_are_recorded_at_once() throws Exception {
    FailureRate rate = new FailureRate(4000, 50);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      boolean failure = t % 2 == 0;
      all.add(threads.submit(() -> {
        for (int i = 0; i < 1000; i++) {
          rate.record(failure);
        }
      }));
    }
    for (Future<?> one : all) {
      one.get();
    }
    threads.shutdown();

    assertThat(rate.calls()).isEqualTo(4000);
    assertThat(rate.failures()).isEqualTo(2000);
    assertThat(rate.tooHigh()).isTrue();
  }

  @Test
  void an_empty_window_and_a_threshold_that_is_no_percentage_are_refused() {
    assertThatThrownBy(() -> new FailureRate(0, 50)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FailureRate(10, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FailureRate(10, 100.1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FailureRate(10, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
  }

  /** F is a failure, anything else a success. */
  private static void record(FailureRate rate, String calls) {
    calls.chars().forEach(call -> rate.record(call == 'F'));
  }
}
