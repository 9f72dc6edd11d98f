package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.testkit.EntityKit;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentCommandsSpec {

  /** A value that Jackson can't read back without knowing its type. */
  record Remembered(Money money, Instant at) {}

  record State(String name, RecentCommands<Remembered> recent) implements CborSerializable {}

  @Test
  void remembers_by_key() {
    RecentCommands<Integer> recent = RecentCommands.<Integer>none().with("a", 1, 10).with("b", 2, 10);
    assertThat(recent.get("a")).contains(1);
    assertThat(recent.get("b")).contains(2);
    assertThat(recent.get("c")).isEmpty();
    assertThat(recent.size()).isEqualTo(2);
  }

  @Test
  void forgets_the_oldest_beyond_the_bound() {
    RecentCommands<Integer> recent = RecentCommands.none();
    for (int i = 0; i < 100; i++) {
      recent = recent.with("key-" + i, i, 3);
    }
    assertThat(recent.entries()).extracting(RecentCommands.Entry::key).containsExactly("key-97", "key-98", "key-99");
    assertThat(recent.oldest()).contains(new RecentCommands.Entry<>("key-97", 97));
  }

  @Test
  void a_smaller_bound_is_reached_with_the_next_key() {
    RecentCommands<Integer> recent = RecentCommands.<Integer>none().with("a", 1, 10).with("b", 2, 10).with("c", 3, 10).with("d", 4, 2);
    assertThat(recent.entries()).extracting(RecentCommands.Entry::key).containsExactly("c", "d");
  }

  @Test
  void a_key_that_is_given_again_becomes_the_newest() {
    RecentCommands<Integer> recent = RecentCommands.<Integer>none().with("a", 1, 2).with("b", 2, 2).with("a", 3, 2).with("c", 4, 2);
    assertThat(recent.entries()).containsExactly(new RecentCommands.Entry<>("a", 3), new RecentCommands.Entry<>("c", 4));
  }

  @Test
  void forgets_what_it_is_told_to() {
    RecentCommands<Integer> one = RecentCommands.<Integer>none().with("a", 1, 2);
    assertThat(one.without("a")).isEqualTo(RecentCommands.none());
    assertThat(one.without("b")).isEqualTo(one);
    assertThat(RecentCommands.none().oldest()).isEmpty();
  }

  @Test
  void is_immutable() {
    RecentCommands<Integer> one = RecentCommands.<Integer>none().with("a", 1, 1);
    one.with("b", 2, 1);
    assertThat(one.get("a")).contains(1);
  }

  @Test
  void round_trips_through_the_real_serialiser_with_the_types_of_its_values() {
    ActorTestKit kit = ActorTestKit.create(EntityKit.CONFIG);
    try {
      RecentCommands<Remembered> recent = RecentCommands.<Remembered>none()
          .with("a", new Remembered(new Money(1, "EUR"), AggregateKit.NOW), 9)
          .with("b", new Remembered(new Money(2, "JPY"), AggregateKit.NOW.plusNanos(1)), 9);
      State back = kit.serializationTestKit().verifySerialization(new State("x", recent), true);
      assertThat(back.recent().with("c", null, 2).entries()).extracting(RecentCommands.Entry::key).isEqualTo(List.of("b", "c"));
      kit.serializationTestKit().verifySerialization(new State("x", RecentCommands.none()), true);
    } finally {
      kit.shutdownTestKit();
    }
  }
}
