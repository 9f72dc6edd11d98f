package io.orderflow.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.pattern.StatusReply;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import akka.persistence.typed.PersistenceId;
import io.orderflow.aggregate.GroupCommit.Settings;
import io.orderflow.aggregate.Writer.Batch;
import io.orderflow.kernel.AggregateKit;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitSpec {

  /** A number that only grows, up to a limit. */
  private record Counter(int limit) implements Aggregate<Told, Added, Integer> {

    @Override
    public Integer emptyState() {
      return 0;
    }

    @Override
    public Decision<Added, Integer> decide(Integer sum, Told command) {
      Add add = (Add) command;
      if (sum + add.number() > limit) {
        return Decision.reply(add.replyTo(), Refusal.conflict("TOO_MUCH", "would be above " + limit).reply());
      }
      return Decision.persist(new Added(add.number()), add.replyTo(), StatusReply::success);
    }

    @Override
    public Integer apply(Integer sum, Added added) {
      return sum + added.number();
    }
  }

  private sealed interface Told extends Aggregate.Command {}

  private record Add(int number, ActorRef<StatusReply<Integer>> replyTo) implements Told {}

  private enum Stop implements Told {
    INSTANCE;

    @Override
    public ActorRef<?> replyTo() {
      return null;
    }
  }

  private record Added(int number) implements CborSerializable {}

  private static final String ID = "counter|one";
  private static final Settings SETTINGS = new Settings(4, 6, 1000);

  private final ActorTestKit kit = ActorTestKit.create(AggregateKit.CONFIG);
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<StatusReply<Integer>> client = kit.createTestProbe();
  /** Stands where the writer is, to see what it is told and to keep it writing. */
  private final TestProbe<Batch<Told>> writer = kit.createTestProbe();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void a_command_alone_is_written_at_once() {
    ActorRef<Told> counter = kit.spawn(watched());
    counter.tell(add(1));
    assertThat(numbers(writer.receiveMessage())).containsExactly(1);
  }

  @Test
  void what_comes_during_a_write_shares_the_next_one_up_to_its_bound() {
    ActorRef<Told> counter = kit.spawn(watched());
    counter.tell(add(1));
    Batch<Told> first = writer.receiveMessage();
    List.of(2, 3, 4, 5, 6).forEach(number -> counter.tell(add(number)));
    writer.expectNoMessage(Duration.ofMillis(100));
    first.writtenTo().tell(GroupCommit.Written.INSTANCE);
    Batch<Told> second = writer.receiveMessage();
    assertThat(numbers(second)).containsExactly(2, 3, 4, 5);
    second.writtenTo().tell(GroupCommit.Written.INSTANCE);
    assertThat(numbers(writer.receiveMessage())).containsExactly(6);
  }

  @Test
  void one_more_than_may_wait_is_refused_at_once() {
    ActorRef<Told> counter = kit.spawn(watched());
    counter.tell(add(1));
    writer.receiveMessage();
    for (int i = 0; i < SETTINGS.maxWaiting(); i++) {
      counter.tell(add(2));
    }
    counter.tell(add(3));
    assertThat(Refusal.in(client.receiveMessage().getError()).orElseThrow().code()).isEqualTo("BUSY");
  }

  @Test
  void it_leaves_when_all_that_it_has_taken_is_written() {
    ActorRef<Told> counter = kit.spawn(watched());
    counter.tell(add(1));
    Batch<Told> first = writer.receiveMessage();
    counter.tell(add(2));
    counter.tell(Stop.INSTANCE);
    first.writtenTo().tell(GroupCommit.Written.INSTANCE);
    Batch<Told> second = writer.receiveMessage();
    assertThat(numbers(second)).containsExactly(2);
    second.writtenTo().tell(GroupCommit.Written.INSTANCE);
    kit.createTestProbe().expectTerminated(counter);
  }

  @Test
  void each_is_decided_after_the_ones_before_it_and_answered_for_itself() {
    ActorRef<Batch<Told>> writing = kit.spawn(new Writer<>(PersistenceId.ofUniqueId(ID), new Counter(10), 1000));
    TestProbe<GroupCommit.Written> written = kit.createTestProbe();
    writing.tell(new Batch<>(List.of(add(4), add(5), add(2), add(1)), written.ref()));
    assertThat(client.receiveMessage().getValue()).isEqualTo(4);
    assertThat(client.receiveMessage().getValue()).isEqualTo(9);
    assertThat(Refusal.in(client.receiveMessage().getError()).orElseThrow().code()).isEqualTo("TOO_MUCH");
    assertThat(client.receiveMessage().getValue()).isEqualTo(10);
    written.receiveMessage();
    assertThat(journal.persistedInStorage(ID)).containsExactly(new Added(4), new Added(5), new Added(1));
  }

  @Test
  void after_a_write_that_failed_it_goes_on_from_what_is_stored() {
    ActorRef<Told> counter = kit.spawn(GroupCommit.create(PersistenceId.ofUniqueId(ID), new Counter(100), Stop.INSTANCE, SETTINGS));
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
    ActorRef<Told> counter = kit.spawn(GroupCommit.create(PersistenceId.ofUniqueId(ID), new Counter(1000), Stop.INSTANCE,
        new Settings(50, 1000, 100)));
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

  private Behavior<Told> watched() {
    Behavior<Batch<Told>> telling = Behaviors.receiveMessage(batch -> {
      writer.ref().tell(batch);
      return Behaviors.same();
    });
    return GroupCommit.create(ID, telling, Stop.INSTANCE, SETTINGS);
  }

  private Told add(int number) {
    return new Add(number, client.ref());
  }

  private static List<Integer> numbers(Batch<Told> batch) {
    return batch.commands().stream().map(command -> ((Add) command).number()).toList();
  }
}
