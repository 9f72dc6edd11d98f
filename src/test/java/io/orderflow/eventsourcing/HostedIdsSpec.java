package io.orderflow.eventsourcing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.pattern.StatusReply;
import io.orderflow.kernel.AscendingIds;
import io.orderflow.testkit.SmallCluster;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** New ids of homes on two nodes. */
class HostedIdsSpec {

  private static final String HOME = "home";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MANY = 200;
  /** One in sixteen ids is any id. */
  private static final long MOST = MANY * 9 / 10;

  private final SmallCluster cluster = new SmallCluster("");
  private final Supplier<UUID> ids = new AscendingIds(Clock.systemUTC());

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void a_home_with_a_new_id_lives_on_the_node_that_made_it() {
    ActorSystem<Void> first = host();
    ActorSystem<Void> second = host();
    HostedIds here = new HostedIds(first, HOME, ids);
    HostedIds there = new HostedIds(second, HOME, ids);
    // Shards get a node once somebody asks for one of their homes, and may move to the second node once it has joined.
    Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
      Stream.generate(ids).limit(MANY).forEach(id -> nodeOf(first, id));
      assertThat(Stream.generate(here).limit(MANY).filter(id -> nodeOf(second, id) == first.hashCode()).count()).isGreaterThan(MOST);
      assertThat(Stream.generate(there).limit(MANY).filter(id -> nodeOf(first, id) == second.hashCode()).count()).isGreaterThan(MOST);
    });
  }

  @Test
  void a_node_that_hosts_nothing_takes_any_id() {
    ActorSystem<Void> node = host();
    assertThat(Stream.generate(new HostedIds(node, HOME, ids)).limit(MANY)).doesNotHaveDuplicates().doesNotContainNull();
  }

  private ActorSystem<Void> host() {
    ActorSystem<Void> node = cluster.join("services");
    ClusterSharding.get(node).init(ShardedEntities.entity(Homes.key(HOME), (id, leave) -> {
      HostedIds.started(node, HOME, id);
      return telling(node.hashCode());
    }));
    return node;
  }

  /** A home that replies to each command with its node. */
  @SuppressWarnings("unchecked")
  private static Behavior<Message> telling(int node) {
    return Behaviors.receive(Message.class)
        .onMessage(Message.Ask.class, ask -> {
          ((Message.Ask<Integer, Integer>) ask).replyTo().tell(StatusReply.success(node));
          return Behaviors.same();
        })
        .onMessageEquals(Message.Signal.LEAVE, Behaviors::stopped)
        .build();
  }

  private static int nodeOf(ActorSystem<?> asking, UUID id) {
    EntityRef<Message> home = ClusterSharding.get(asking).entityRefFor(Homes.key(HOME), id.toString());
    return EntityAsk.<Integer>ask(asking, home, replyTo -> new Message.Ask<>("part", 0, replyTo), PATIENCE).toCompletableFuture().join();
  }
}
