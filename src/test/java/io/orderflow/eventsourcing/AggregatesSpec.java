package io.orderflow.eventsourcing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.orderflow.eventsourcing.GroupCommitSpec.Added;
import io.orderflow.kernel.Rejection;
import io.orderflow.order.Order;
import io.orderflow.testkit.EntityKit;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AggregatesSpec {

  private static final String ID = "counter|one";

  /** Counts up to ten, where it ends; what would go beyond is rejected and remembered by an event of 0. */
  private record Counter() implements Aggregate<Integer, Added, Integer, Integer> {

    @Override
    public Integer initialState() {
      return 0;
    }

    @Override
    public Decision<Added, Integer> decide(Integer sum, Integer number) {
      if (number == 0) {
        return Decision.reply(sum);
      }
      return sum + number > 10 ? Decision.reject(new Added(0), Rejection.conflict("TOO_MUCH", "would be above 10"))
          : Decision.accept(List.of(new Added(number - 1), new Added(1)), sum + number);
    }

    @Override
    public Integer apply(Integer sum, Added added) {
      return sum + added.number();
    }
  }

  private final ActorTestKit kit = ActorTestKit.create(EntityKit.CONFIG);
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final TestProbe<StatusReply<Integer>> client = kit.createTestProbe();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void the_events_of_a_command_are_stored_together_before_the_reply() {
    ActorRef<Message> counter = spawn();
    assertThat(ask(counter, 4).getValue()).isEqualTo(4);
    assertThat(journal.persistedInStorage(ID)).containsExactly(new Added(3), new Added(1));
    assertThat(ask(spawn(), 0).getValue()).as("recovered").isEqualTo(4);
  }

  @Test
  void a_rejection_may_be_remembered() {
    StatusReply<Integer> reply = ask(spawn(), 11);
    assertThat(Rejection.in(reply.getError()).orElseThrow().code()).isEqualTo("TOO_MUCH");
    assertThat(journal.persistedInStorage(ID)).containsExactly(new Added(0));
  }

  @Test
  void commands_of_every_kind_and_signals_travel_between_nodes() {
    var toAnOrder = new Message.Ask<>(Order.NAME, new Order.Confirm("tx_1", "s-1"), client.ref());
    kit.serializationTestKit().verifySerialization(toAnOrder, true);
    kit.serializationTestKit().verifySerialization(Message.Signal.LEAVE, true);
  }

  private ActorRef<Message> spawn() {
    return kit.spawn(Aggregates.behavior(AggregateType.of("counter", Added.class, new Counter()), "one",
        new GroupCommit.Settings(4, 6, 1000)));
  }

  private StatusReply<Integer> ask(ActorRef<Message> counter, int number) {
    counter.tell(new Message.Ask<>("counter", number, client.ref()));
    return client.receiveMessage();
  }
}
