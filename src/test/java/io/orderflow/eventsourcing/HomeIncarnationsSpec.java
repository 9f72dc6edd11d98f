package io.orderflow.eventsourcing;

import static io.orderflow.eventsourcing.ScriptedHome.COUNTER;
import static io.orderflow.eventsourcing.ScriptedHome.ID;
import static io.orderflow.eventsourcing.ScriptedHome.add;
import static io.orderflow.eventsourcing.ScriptedHome.mark;
import static io.orderflow.eventsourcing.ScriptedHome.note;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.GroupCommitSpec.Added;
import io.orderflow.eventsourcing.ScriptedHome.Marked;
import io.orderflow.eventsourcing.ScriptedHome.Noted;
import io.orderflow.journal.EventGroup;
import io.orderflow.journal.LateJournal;
import io.orderflow.testkit.Incarnations;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Homes whose writes are late or fail, and two incarnations of one home at once. */
class HomeIncarnationsSpec {

  private static final Duration A_WHILE = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Incarnations<Message> nodes =
      new Incarnations<>(() -> RunningHome.of(new ScriptedHome().type, "one", () -> {}));

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void a_reply_waits_for_the_write() {
    nodes.older.spawns();
    nodes.journal.holdIf(all -> true);
    TestProbe<StatusReply<Integer>> client = nodes.older.tell(reply -> add(4, reply));
    LateJournal.Held write = nodes.awaitHeld();
    client.expectNoMessage(A_WHILE);
    write.lands();
    assertThat(client.receiveMessage(PATIENCE).getValue()).isEqualTo(4);
  }

  @Test
  void a_message_that_comes_during_a_write_waits_for_it() {
    nodes.older.spawns();
    LateJournal.Held write = nodes.<Integer>olderWritesLate(reply -> add(4, reply));
    TestProbe<StatusReply<Integer>> client = nodes.older.tell(reply -> add(0, reply));
    client.expectNoMessage(A_WHILE);
    write.lands();
    assertThat(client.receiveMessage(PATIENCE).getValue()).isEqualTo(4);
  }

  @Test
  void it_leaves_memory_when_it_is_told_to_though_its_write_fails() {
    nodes.older.spawns();
    nodes.<Integer>olderLeavesThoughItsWriteFails(reply -> add(4, reply), RunningHome.leave());
  }

  @Test
  void the_manifest_of_a_row_has_a_word_for_each_process() {
    nodes.older.spawns();
    nodes.older.tell(reply -> note(turn -> turn.record(new Noted("a"))));
    nodes.older.tell(reply -> mark(turn -> {
      turn.record(new Marked("x"));
      turn.record(new Marked("y"));
    }));
    asks(nodes.older, 4);
    assertThat(nodes.journal.events(ID)).extracting(row -> ((EventGroup) row).manifest())
        .containsExactly("notes:a marks:0", "notes:a marks:2", "notes:a marks:0");
    assertThat(EventGroup.word("notes:a marks:2", 1)).isEqualTo("marks:2");
    assertThat(EventGroup.word("notes:a marks:2", 2)).isEqualTo(EventGroup.NOTHING);
  }

  @Test
  void the_turn_of_an_older_incarnation_is_refused_as_a_whole() {
    nodes.older.spawns();
    nodes.older.<Integer>tell(reply -> add(1, reply)).receiveMessage(PATIENCE);
    nodes.newer.spawns();
    nodes.newer.<Integer>tell(reply -> add(2, reply)).receiveMessage(PATIENCE);
    nodes.older.tell(reply -> note(turn -> {
      turn.record(new Noted("a"));
      turn.home().decide(COUNTER, 4);
    }));
    assertThat(asks(nodes.older, 0)).as("recovered").isEqualTo(3);
    assertThat(nodes.journal.refused()).isEqualTo(1);
    assertThat(nodes.journal.events(ID)).extracting(row -> ((EventGroup) row).events())
        .containsExactly(List.of(new Added(1)), List.of(new Added(2)));
  }

  private static int asks(Incarnations<Message>.Incarnation home, int number) {
    return home.<Integer>ask(reply -> add(number, reply)).getValue();
  }
}
