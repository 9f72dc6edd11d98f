package io.orderflow.eventsourcing;

import static io.orderflow.eventsourcing.ScriptedHome.COUNTER;
import static io.orderflow.eventsourcing.ScriptedHome.ID;
import static io.orderflow.eventsourcing.ScriptedHome.add;
import static io.orderflow.eventsourcing.ScriptedHome.mark;
import static io.orderflow.eventsourcing.ScriptedHome.note;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.orderflow.eventsourcing.GroupCommitSpec.Added;
import io.orderflow.eventsourcing.ScriptedHome.Marked;
import io.orderflow.eventsourcing.ScriptedHome.Noted;
import io.orderflow.journal.EventGroup;
import io.orderflow.kernel.Rejection;
import io.orderflow.testkit.EntityKit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The turns of a home: what is stored together, and what runs when. */
class HomeActorSpec {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration A_WHILE = ScriptedHome.KEEP_IN_MEMORY.multipliedBy(2);

  private final ActorTestKit kit = ActorTestKit.create(EntityKit.CONFIG);
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<StatusReply<Integer>> client = kit.createTestProbe();
  /** Told by scripts, in the order in which they run. */
  private final TestProbe<String> ran = kit.createTestProbe();
  private final TestProbe<String> left = kit.createTestProbe();
  private final ScriptedHome scripted = new ScriptedHome();
  private ActorRef<Message> home = spawn();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void the_events_of_a_turn_are_one_row_in_the_order_in_which_they_were_recorded() {
    home.tell(note(turn -> {
      turn.record(new Noted("a"));
      turn.home().decide(COUNTER, 4);
      turn.record(new Noted("b"));
    }));
    assertThat(counter()).isEqualTo(4);
    assertThat(rows()).containsExactly(List.of(new Noted("a"), new Added(4), new Noted("b")));
  }

  @Test
  void a_home_that_is_told_to_leave_before_anything_else_stops() {
    ActorRef<Message> other = kit.spawn(RunningHome.onFirstMessage(scripted.type, "two"));
    other.tell(RunningHome.leave());
    ran.expectTerminated(other, PATIENCE);
  }

  @Test
  void all_parts_recover_from_the_one_stream() {
    home.tell(note(turn -> turn.record(new Noted("a"))));
    home.tell(mark(turn -> turn.record(new Marked("x"))));
    ask(3);
    kit.stop(home);
    home = spawn();
    assertThat(counter()).isEqualTo(3);
    assertThat(notes()).isEqualTo("a");
    home.tell(mark(turn -> ran.ref().tell(turn.state())));
    ran.expectMessage("x");
  }

  @Test
  void deferred_events_go_with_the_next_write_and_precede_its_events() {
    home.tell(note(turn -> turn.defer(new Noted("a"))));
    assertThat(notes()).as("applied at once").isEqualTo("a");
    assertThat(rows()).isEmpty();
    ask(4);
    assertThat(rows()).containsExactly(List.of(new Noted("a"), new Added(4)));
  }

  @Test
  void deferred_events_can_be_stored_without_another_event() {
    home.tell(note(turn -> turn.defer(new Noted("a"))));
    home.tell(note(ProcessContext::flush));
    counter();
    assertThat(rows()).containsExactly(List.of(new Noted("a")));
  }

  @Test
  void an_action_that_needs_the_record_runs_at_once_if_nothing_is_to_be_stored() {
    home.tell(note(turn -> {
      turn.defer(new Noted("a"));
      turn.onceStored(() -> ran.ref().tell("action"));
      ran.ref().tell("end of the script");
    }));
    ran.expectMessage("action");
    ran.expectMessage("end of the script");
    assertThat(rows()).isEmpty();
  }

  @Test
  void an_action_that_needs_the_record_has_a_turn_of_its_own_after_the_write() {
    home.tell(note(turn -> {
      turn.record(new Noted("a"));
      turn.onceStored(() -> {
        ran.ref().tell("rows: " + rows().size());
        turn.record(new Noted("b"));
      });
      turn.record(new Noted("c"));
      ran.ref().tell("end of the script");
    }));
    ran.expectMessage("end of the script");
    ran.expectMessage("rows: 1");
    counter();
    assertThat(rows()).containsExactly(List.of(new Noted("a"), new Noted("c")), List.of(new Noted("b")));
  }

  @Test
  void an_outcome_that_comes_during_the_turn_belongs_to_it() {
    home.tell(note(turn -> {
      CompletableFuture.completedFuture("b").thenAccept(outcome -> turn.execute(() -> turn.record(new Noted(outcome))));
      turn.record(new Noted("a"));
    }));
    counter();
    assertThat(rows()).containsExactly(List.of(new Noted("a"), new Noted("b")));
  }

  @Test
  void an_outcome_that_comes_from_another_thread_has_a_turn_of_its_own() {
    home.tell(note(turn -> {
      CompletableFuture.runAsync(() -> turn.execute(() -> {
        turn.record(new Noted("b"));
        turn.afterWrite(() -> ran.ref().tell("stored"));
      })).join();
      turn.record(new Noted("a"));
    }));
    ran.expectMessage("stored");
    assertThat(rows()).containsExactly(List.of(new Noted("a")), List.of(new Noted("b")));
  }

  @Test
  void nothing_is_recorded_and_no_part_is_used_outside_of_a_turn() {
    AtomicReference<ProcessContext<Noted, String>> kept = new AtomicReference<>();
    home.tell(note(kept::set));
    counter();
    assertThatIllegalStateException().isThrownBy(() -> kept.get().record(new Noted("a")));
    assertThatIllegalStateException().isThrownBy(() -> kept.get().home().decide(COUNTER, 4));
    assertThat(counter()).isZero();
  }

  @Test
  void after_a_failed_write_all_parts_recover_together_and_forget_what_was_recorded() {
    ask(1);
    home.tell(note(turn -> turn.defer(new Noted("a"))));
    journal.failNextPersisted(ID);
    home.tell(note(turn -> {
      turn.record(new Noted("b"));
      turn.home().decide(COUNTER, 4);
      turn.afterWrite(() -> ran.ref().tell("after the write"));
      turn.onceStored(() -> ran.ref().tell("once stored"));
    }));
    assertThat(counter()).isEqualTo(1);
    assertThat(notes()).isEmpty();
    ran.expectNoMessage(Duration.ofMillis(100));
    ask(2);
    assertThat(rows()).containsExactly(List.of(new Added(1)), List.of(new Added(2)));
  }

  @Test
  void a_rejection_stores_nothing() {
    home.tell(add(11, client.ref()));
    assertThat(Rejection.in(client.receiveMessage(PATIENCE).getError()).orElseThrow().code()).isEqualTo("TOO_MUCH");
    assertThat(rows()).isEmpty();
  }

  @Test
  void it_leaves_memory_a_while_after_its_last_message() {
    counter();
    left.expectMessage(PATIENCE, "left");
  }

  @Test
  void it_does_not_leave_memory_while_a_process_is_busy() {
    scripted.busy.set(true);
    counter();
    home.tell(note(ProcessContext::leave));
    left.expectNoMessage(A_WHILE);
    scripted.busy.set(false);
    left.expectMessage(PATIENCE, "left");
  }

  @Test
  void an_unknown_aggregate_fails_the_asker_and_the_home_lives_on() {
    home.tell(note(turn -> turn.defer(new Noted("in memory"))));
    home.tell(new Message.Ask<>("nothing", 4, client.ref()));
    assertThat(client.receiveMessage(PATIENCE).getError()).hasMessage("home has no aggregate nothing");
    assertThat(notes()).isEqualTo("in memory");
  }

  private ActorRef<Message> spawn() {
    return kit.spawn(RunningHome.of(scripted.type, "one", () -> left.ref().tell("left")));
  }

  private void ask(int number) {
    home.tell(add(number, client.ref()));
    assertThat(client.receiveMessage(PATIENCE).isSuccess()).isTrue();
  }

  /** The counter's sum, answered after all earlier messages are handled and stored. */
  private int counter() {
    home.tell(add(0, client.ref()));
    return client.receiveMessage(PATIENCE).getValue();
  }

  private String notes() {
    home.tell(note(turn -> ran.ref().tell("notes: " + turn.state())));
    return ran.receiveMessage(PATIENCE).substring("notes: ".length());
  }

  private List<List<Object>> rows() {
    return journal.persistedInStorage(ID).stream().map(row -> ((EventGroup) row).events()).toList();
  }
}
