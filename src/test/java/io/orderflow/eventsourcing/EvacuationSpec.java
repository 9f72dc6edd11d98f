package io.orderflow.eventsourcing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.pattern.Patterns;
import io.orderflow.testkit.SmallCluster;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Shards of nodes that are about to leave, and of nodes that join. */
class EvacuationSpec {

  private static final String HOME = "home";
  private static final int SHARDS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final SmallCluster cluster = new SmallCluster("");

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void a_node_that_is_about_to_leave_keeps_no_shard_and_gets_none_also_if_it_hosts_the_coordinator() {
    ActorSystem<Void> oldest = host();
    ActorSystem<Void> second = host();
    ActorSystem<Void> third = host();
    SmallCluster.await(ShardPlacement.all(third), PATIENCE);
    SmallCluster.await(Evacuation.run(oldest), PATIENCE);
    assertThat(shards(oldest)).isZero();
    // The last ones have left a moment before the coordinator gives them their new place.
    Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(shards(second) + shards(third)).isEqualTo(SHARDS));
    SmallCluster.await(Evacuation.run(third), PATIENCE);
    assertThat(shards(third)).isZero();
    Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(shards(second)).isEqualTo(SHARDS));
  }

  @Test
  void a_node_that_joins_gets_its_part_of_the_shards() {
    host();
    ActorSystem<Void> second = host();
    SmallCluster.await(ShardPlacement.all(second), PATIENCE);
    ActorSystem<Void> third = host();
    Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(shards(third)).isBetween(SHARDS / 3 - 1, SHARDS / 3 + 1));
  }

  @Test
  void the_last_node_leaves_with_its_shards() {
    ActorSystem<Void> alone = host();
    ask(alone);
    SmallCluster.await(Evacuation.run(alone), PATIENCE);
    assertThat(shards(alone)).isEqualTo(1);
  }

  private ActorSystem<Void> host() {
    ActorSystem<Void> node = cluster.join("services");
    ClusterSharding.get(node).init(ShardedEntities.entity(Homes.key(HOME), (id, leave) -> Behaviors.empty()));
    ShardPlacement.hosts(node, Homes.key(HOME));
    return node;
  }

  private static void ask(ActorSystem<Void> node) {
    ClusterSharding.get(node).entityRefFor(Homes.key(HOME), "some").tell(Message.Signal.LEAVE);
    Awaitility.await().atMost(PATIENCE).until(() -> shards(node) == 1);
  }

  /** How many shards the node hosts. */
  private static int shards(ActorSystem<Void> node) {
    ActorRef region = akka.cluster.sharding.ClusterSharding.get(node.classicSystem()).shardRegion(HOME);
    return ((ShardRegion.ShardRegionStats) Patterns.ask(region, ShardRegion.getRegionStatsInstance(), PATIENCE).toCompletableFuture().join()).stats().size();
  }
}
