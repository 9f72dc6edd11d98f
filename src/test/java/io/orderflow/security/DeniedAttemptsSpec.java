package io.orderflow.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How often a client may be denied, for how long it waits then, and what happens when there are more clients than are counted. */
class DeniedAttemptsSpec {

  private static final String EVE = "eve";

  /** Near the overflow of the clock: only differences of its readings mean anything. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - Duration.ofMinutes(2).toNanos());
  private final DeniedAttempts denied = new DeniedAttempts(ConfigFactory.parseString("attempts = 3, period = 5m, clients = 2"), nanos::get);

  private void count(Object client, int times) {
    for (int i = 0; i < times; i++) {
      denied.count(client);
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void a_client_waits_after_too_many_attempts_until_the_period_is_over() {
    count(EVE, 2);
    assertThat(denied.waitOf(EVE)).isZero();
    pass(Duration.ofMinutes(1));
    count(EVE, 1);
    assertThat(denied.waitOf(EVE)).isEqualTo(Duration.ofMinutes(4));
    assertThat(denied.waitOf("bob")).isZero();
    pass(Duration.ofMinutes(4));
    assertThat(denied.waitOf(EVE)).isZero();
    count(EVE, 2);
    assertThat(denied.waitOf(EVE)).isZero();
  }

  @Test
  void attempts_while_it_waits_do_not_prolong_the_wait() {
    count(EVE, 3);
    pass(Duration.ofMinutes(3));
    count(EVE, 100);
    assertThat(denied.waitOf(EVE)).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void addresses_and_subjects_are_counted_apart() {
    count(7L, 3);
    assertThat(denied.waitOf(7L)).isPositive();
    assertThat(denied.waitOf("7")).isZero();
  }

  @Test
  void beyond_the_bound_the_client_that_began_first_is_forgotten() {
    count("first", 3);
    pass(Duration.ofSeconds(1));
    count("second", 3);
    count("third", 1);
    assertThat(denied.clients()).isEqualTo(2);
    assertThat(denied.waitOf("first")).isZero();
    assertThat(denied.waitOf("second")).isPositive();
    count("third", 2);
    assertThat(denied.waitOf("third")).isPositive();
  }

  @Test
  void clients_whose_period_is_over_leave_the_table() {
    count("first", 3);
    pass(Duration.ofMinutes(5));
    count("second", 1);
    assertThat(denied.clients()).isEqualTo(1);
  }
}
