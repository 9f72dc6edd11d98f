package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A failure detector's clock, and what it makes of pauses. */
class LivedTimeSpec {

  private static final long TICK = 250;
  private static final Duration PAUSE = Duration.ofSeconds(40);
  private static final Config CONFIG = Configuration.over(ConfigFactory.empty()).getConfig("akka.cluster.failure-detector");

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);
  private final LivedTime time = new LivedTime(now::get);
  private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "detector", ConfigFactory.parseString("akka.log-dead-letters = off"));

  @AfterEach
  void stop() {
    system.terminate();
  }

  @Test
  void time_in_which_it_is_read_counts_in_full() {
    long began = time.millis();
    for (int i = 0; i < 40; i++) {
      pass(Duration.ofMillis(TICK));
      time.millis();
    }
    assertThat(time.millis() - began).isEqualTo(40 * TICK);
  }

  @Test
  void a_pause_counts_half_a_second() {
    long began = time.millis();
    pass(PAUSE);
    assertThat(time.millis() - began).isEqualTo(LivedTime.LONGEST_PAUSE.toMillis());
  }

  @Test
  void a_node_that_stood_still_takes_no_other_for_dead_and_one_that_hears_nothing_does() {
    ProcessAwareDetector other = new ProcessAwareDetector(CONFIG, system.classicSystem().eventStream(), time);
    for (int i = 0; i < 50; i++) {
      pass(Duration.ofMillis(2 * TICK));
      other.heartbeat();
    }
    pass(PAUSE);
    assertThat(other.isAvailable()).as("after a pause of this process").isTrue();
    assertThat(silence(other)).as("silence that made the other unavailable").isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void a_newcomer_may_be_silent_for_a_while() {
    ProcessAwareDetector newcomer = new ProcessAwareDetector(CONFIG, system.classicSystem().eventStream(), time);
    newcomer.heartbeat();
    assertThat(silence(newcomer)).as("silence that made the newcomer unavailable")
        .isEqualTo(CONFIG.getDuration("patience-with-newcomers"));
    newcomer.heartbeat();
    assertThat(newcomer.isAvailable()).as("after another heartbeat").isTrue();
    assertThat(silence(newcomer)).as("silence afterwards").isLessThan(Duration.ofSeconds(3));
  }

  /** How long it takes until a node of which nothing is heard is no longer available; at most {@link #PAUSE}. */
  private Duration silence(ProcessAwareDetector node) {
    Duration silence = Duration.ZERO;
    while (node.isAvailable() && silence.compareTo(PAUSE) < 0) {
      pass(Duration.ofMillis(TICK));
      silence = silence.plusMillis(TICK);
    }
    return silence;
  }

  private void pass(Duration duration) {
    now.addAndGet(duration.toNanos());
  }
}
