package io.orderflow.eventsourcing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.Dropped;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.sharding.typed.testkit.javadsl.TestEntityRef;
import akka.pattern.StatusReply;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import akka.util.MessageBufferMap;
import io.orderflow.eventsourcing.GroupCommitSpec.Added;
import io.orderflow.kernel.Rejection;
import io.orderflow.testkit.EntityKit;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands that come to an entity which stops are rejected as moved, and their callers ask again. */
class UnhandledSpec {

  /** Adds numbers up. */
  private record Counter() implements Aggregate<Integer, Added, Integer, Integer> {

    @Override
    public Integer initialState() {
      return 0;
    }

    @Override
    public Decision<Added, Integer> decide(Integer sum, Integer number) {
      return Decision.accept(new Added(number), sum + number);
    }

    @Override
    public Integer apply(Integer sum, Added added) {
      return sum + added.number();
    }
  }

  private static final AggregateType<Integer, Added, Integer, Integer> TYPE = AggregateType.of("counter", Added.class, new Counter());

  private final ActorTestKit kit = ActorTestKit.create(EntityKit.CONFIG);
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<StatusReply<Integer>> client = kit.createTestProbe();
  private final TestProbe<StatusReply<Integer>> late = kit.createTestProbe();

  @BeforeEach
  void start() {
    Unhandled.reject(kit.system());
    // It subscribes to lost messages after its start.
    TestProbe<StatusReply<Integer>> probe = kit.createTestProbe();
    Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptionsInstanceOf(AssertionError.class).until(() -> {
      publishDropped(probe);
      return probe.receiveMessage(Duration.ofMillis(100)).isError();
    });
  }

  private void publishDropped(TestProbe<StatusReply<Integer>> replyTo) {
    kit.system().eventStream().tell(new EventStream.Publish<>(new Dropped(new ShardingEnvelope<>("one", add(1, replyTo)), "the buffer is full",
        akka.actor.ActorRef.noSender(), akka.actor.ActorRef.noSender())));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void a_command_that_comes_before_the_end_is_handled_and_one_behind_it_rejected() {
    ActorRef<Message> counter = spawn(TYPE);
    counter.tell(add(4, client));
    counter.tell(add(3, client));
    counter.tell(Message.Signal.LEAVE);
    client.receiveMessage();
    assertThat(client.receiveMessage().getValue()).isEqualTo(7);
    client.expectTerminated(counter);
    counter.tell(add(1, late));
    assertMoved(late.receiveMessage());
    assertThat(journal.persistedInStorage("counter|one")).containsExactly(new Added(4), new Added(3));
  }

  @Test
  void a_command_that_a_region_drops_while_it_hands_a_shard_off_is_rejected() {
    MessageBufferMap<String> buffers = new MessageBufferMap<>();
    buffers.append("shard", new ShardingEnvelope<>("one", add(1, late)), akka.actor.ActorRef.noSender());
    buffers.drop("shard", "the shard is handed off", kit.system().classicSystem().deadLetters());
    assertMoved(late.receiveMessage());
  }

  @Test
  void a_command_behind_the_end_is_still_handled_while_a_write_is_under_way() {
    ActorRef<Message> counter = spawn(TYPE);
    counter.tell(add(4, client));
    counter.tell(Message.Signal.LEAVE);
    counter.tell(add(1, late));
    assertThat(client.receiveMessage().getValue()).isEqualTo(4);
    assertThat(late.receiveMessage().getValue()).isEqualTo(5);
    client.expectTerminated(counter);
    assertThat(journal.persistedInStorage("counter|one")).containsExactly(new Added(4), new Added(1));
  }

  @Test
  @SuppressWarnings("unchecked")
  void a_command_that_waits_for_a_write_is_rejected_when_the_entity_is_stopped_hard() {
    TestProbe<Writer.Batch<Integer, Integer>> writer = kit.createTestProbe();
    ActorRef<Message> counter = kit.spawn(GroupCommit.create("counter", Behaviors.monitor(
        (Class<Writer.Batch<Integer, Integer>>) (Class<?>) Writer.Batch.class, writer.ref(), Behaviors.ignore()),
        new GroupCommit.Settings(4, 6, 1000)));
    counter.tell(add(1, client));
    writer.receiveMessage();
    counter.tell(add(2, late));
    kit.stop(counter);
    assertMoved(late.receiveMessage());
    client.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  void a_command_that_its_shard_drops_is_rejected() {
    publishDropped(late);
    assertMoved(late.receiveMessage());
  }

  @Test
  void whoever_asks_asks_again_until_the_entity_has_a_home() {
    TestProbe<Message> entity = kit.createTestProbe();
    CompletionStage<Integer> answer = ask(entity, Duration.ofSeconds(20));
    for (int i = 0; i < 3; i++) {
      received(entity).reject(Rejection.moved());
    }
    received(entity).answer(Decision.reply(5));
    assertThat(answer.toCompletableFuture().join()).isEqualTo(5);
    entity.expectNoMessage(Duration.ofMillis(100));
  }

  @Test
  void another_rejection_is_passed_on() {
    TestProbe<Message> entity = kit.createTestProbe();
    CompletionStage<Integer> answer = ask(entity, Duration.ofSeconds(20));
    received(entity).reject(Rejection.conflict("TOO_MUCH", "no"));
    assertThatThrownBy(() -> answer.toCompletableFuture().join()).matches(failure -> Rejection.in(failure).orElseThrow().code().equals("TOO_MUCH"));
    entity.expectNoMessage(Duration.ofMillis(100));
  }

  @Test
  void nobody_asks_for_longer_than_the_limit() {
    TestProbe<Message> entity = kit.createTestProbe();
    CompletionStage<Integer> answer = ask(entity, Duration.ofMillis(300));
    received(entity).reject(Rejection.moved());
    received(entity);
    assertThatThrownBy(() -> answer.toCompletableFuture().get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutException.class);
  }

  private CompletionStage<Integer> ask(TestProbe<Message> entity, Duration limit) {
    EntityRef<Message> reference = TestEntityRef.of(EntityTypeKey.create(Message.class, "counter"), "one", entity.ref());
    return EntityAsk.ask(kit.system(), reference, replyTo -> new Message.Ask<>("counter", 5, replyTo), limit);
  }

  @SuppressWarnings("unchecked")
  private static Message.Ask<Integer, Integer> received(TestProbe<Message> entity) {
    return (Message.Ask<Integer, Integer>) entity.receiveMessage();
  }

  private static void assertMoved(StatusReply<Integer> reply) {
    assertThat(Rejection.isMoved(new CompletionException(reply.getError()))).isTrue();
  }

  private static Message add(int number, TestProbe<StatusReply<Integer>> replyTo) {
    return new Message.Ask<>("counter", number, replyTo.ref());
  }

  private ActorRef<Message> spawn(AggregateType<Integer, Added, Integer, Integer> type) {
    return kit.spawn(Aggregates.behavior(type, "one", new GroupCommit.Settings(4, 6, 1000)));
  }
}
