package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A failure detector's clock, and what it makes of pauses. */
class LivedTimeSpec {

  private static final long TICK = 250;
  private static final Duration PAUSE = Duration.ofSeconds(20);

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);
  private final LivedTime time = new LivedTime(now::get);

  @Test
  void time_in_which_it_is_read_counts_in_full() {
    long began = (long) time.apply();
    for (int i = 0; i < 40; i++) {
      pass(Duration.ofMillis(TICK));
      time.apply();
    }
    assertThat((long) time.apply() - began).isEqualTo(40 * TICK);
  }

  @Test
  void a_pause_counts_half_a_second() {
    long began = (long) time.apply();
    pass(PAUSE);
    assertThat((long) time.apply() - began).isEqualTo(LivedTime.LONGEST_PAUSE.toMillis());
  }

  @Test
  void a_node_that_stood_still_takes_no_other_for_dead_and_one_that_hears_nothing_does() {
    Config config = Configuration.over(ConfigFactory.empty()).getConfig("akka.cluster.failure-detector");
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "detector", ConfigFactory.parseString("akka.log-dead-letters = off"));
    try {
      ProcessAwareDetector other = new ProcessAwareDetector(config, system.classicSystem().eventStream(), time);
      for (int i = 0; i < 20; i++) {
        pass(Duration.ofMillis(2 * TICK));
        other.heartbeat();
      }
      pass(PAUSE);
      assertThat(other.isAvailable()).as("after a pause of this process").isTrue();
      int reads = 0;
      for (; reads < PAUSE.toMillis() / TICK && other.isAvailable(); reads++) {
        pass(Duration.ofMillis(TICK));
      }
      assertThat(other.isAvailable()).as("after " + reads + " reads without a heartbeat").isFalse();
      assertThat(reads * TICK).isLessThan(3_000);
    } finally {
      system.terminate();
    }
  }

  private void pass(Duration duration) {
    now.addAndGet(duration.toNanos());
  }
}
