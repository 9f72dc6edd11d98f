package io.orderflow.eventsourcing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.pattern.StatusReply;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.orderflow.eventsourcing.GroupCommit.Settings;
import io.orderflow.eventsourcing.Writer.Batch;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Rejection;
import io.orderflow.testkit.EntityKit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitSpec {

  /** A number that only grows, up to a limit. */
  private record Counter(int limit) implements Aggregate<Integer, Added, Integer, Integer> {

    @Override
    public Integer initialState() {
      return 0;
    }

    @Override
    public Decision<Added, Integer> decide(Integer sum, Integer number) {
      return sum + number > limit ? Decision.reject(Rejection.conflict("TOO_MUCH", "would be above " + limit))
          : Decision.accept(new Added(number), sum + number);
    }

    @Override
    public Integer apply(Integer sum, Added added) {
      return sum + added.number();
    }
  }

  record Added(int number) implements CborSerializable {}

  private static final String ID = "counter|one";
  private static final Settings SETTINGS = new Settings(4, 6, 1000);

  private final ActorTestKit kit = ActorTestKit.create(EntityKit.CONFIG);
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<StatusReply<Integer>> client = kit.createTestProbe();
  /** Stands where the writer is, to see what it is told and to keep it writing. */
  private final TestProbe<Batch<Integer, Integer>> writer = kit.createTestProbe();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void a_command_alone_is_written_at_once() {
    ActorRef<Message> counter = kit.spawn(watched());
    counter.tell(add(1));
    assertThat(numbers(writer.receiveMessage())).containsExactly(1);
  }

  @Test
  void what_comes_during_a_write_shares_the_next_one_up_to_its_bound() {
    ActorRef<Message> counter = kit.spawn(watched());
    counter.tell(add(1));
    Batch<Integer, Integer> first = writer.receiveMessage();
    List.of(2, 3, 4, 5, 6).forEach(number -> counter.tell(add(number)));
    writer.expectNoMessage(Duration.ofMillis(100));
    first.writtenTo().tell(GroupCommit.Written.INSTANCE);
    Batch<Integer, Integer> second = writer.receiveMessage();
    assertThat(numbers(second)).containsExactly(2, 3, 4, 5);
    second.writtenTo().tell(GroupCommit.Written.INSTANCE);
    assertThat(numbers(writer.receiveMessage())).containsExactly(6);
  }

  @Test
  void one_more_than_may_wait_is_refused_at_once() {
    ActorRef<Message> counter = kit.spawn(watched());
    counter.tell(add(1));
    writer.receiveMessage();
    for (int i = 0; i < SETTINGS.maxWaiting(); i++) {
      counter.tell(add(2));
    }
    counter.tell(add(3));
    assertThat(Rejection.in(client.receiveMessage().getError()).orElseThrow().code()).isEqualTo("BUSY");
  }

  @Test
  void it_leaves_when_all_that_it_has_taken_is_written() {
    ActorRef<Message> counter = kit.spawn(watched());
    counter.tell(add(1));
    Batch<Integer, Integer> first = writer.receiveMessage();
    counter.tell(add(2));
    counter.tell(Message.Signal.LEAVE);
    first.writtenTo().tell(GroupCommit.Written.INSTANCE);
    Batch<Integer, Integer> second = writer.receiveMessage();
    assertThat(numbers(second)).containsExactly(2);
    second.writtenTo().tell(GroupCommit.Written.INSTANCE);
    kit.createTestProbe().expectTerminated(counter);
  }

  @Test
  void each_is_decided_after_the_ones_before_it_and_answered_for_itself() {
    ActorRef<Batch<Integer, Integer>> writing = kit.spawn(Writer.create(counter(10), "one", 1000));
    TestProbe<GroupCommit.Written> written = kit.createTestProbe();
    writing.tell(new Batch<>(List.of(add(4), add(5), add(2), add(1)), written.ref()));
    assertThat(client.receiveMessage().getValue()).isEqualTo(4);
    assertThat(client.receiveMessage().getValue()).isEqualTo(9);
    assertThat(Rejection.in(client.receiveMessage().getError()).orElseThrow().code()).isEqualTo("TOO_MUCH");
    assertThat(client.receiveMessage().getValue()).isEqualTo(10);
    written.receiveMessage();
    assertThat(journal.persistedInStorage(ID)).containsExactly(new Added(4), new Added(5), new Added(1));
  }

  @Test
  void after_a_write_that_failed_it_goes_on_from_what_is_stored() {
    ActorRef<Message> counter = kit.spawn(GroupCommit.create(counter(100), "one", SETTINGS));
    counter.tell(add(1));
    assertThat(client.receiveMessage().getValue()).isEqualTo(1);
    journal.failNextPersisted(ID);
    counter.tell(add(10));
    client.expectNoMessage(Duration.ofMillis(100));
    counter.tell(add(20));
    assertThat(client.receiveMessage().getValue()).isEqualTo(21);
  }

  @Test
  void a_crowd_is_answered_and_stored_to_the_last() {
    ActorRef<Message> counter = kit.spawn(GroupCommit.create(counter(1000), "one", new Settings(50, 1000, 100)));
    for (int i = 0; i < 500; i++) {
      counter.tell(add(1));
    }
    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      answers.add(client.receiveMessage().getValue());
    }
    assertThat(answers).isSorted().doesNotHaveDuplicates().endsWith(500);
    assertThat(journal.persistedInStorage(ID)).hasSize(500);
  }

  private Behavior<Message> watched() {
    Behavior<Batch<Integer, Integer>> telling = Behaviors.receiveMessage(batch -> {
      writer.ref().tell(batch);
      return Behaviors.same();
    });
    return GroupCommit.create(ID, telling, SETTINGS);
  }

  private static AggregateType<Integer, Added, Integer, Integer> counter(int limit) {
    return AggregateType.of("counter", Added.class, new Counter(limit)).withSnapshots();
  }

  private Message.Ask<Integer, Integer> add(int number) {
    return new Message.Ask<>("counter", number, client.ref());
  }

  private static List<Integer> numbers(Batch<Integer, Integer> batch) {
    return batch.commands().stream().map(Message.Ask::command).toList();
  }
}
