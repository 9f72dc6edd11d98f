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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
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
    await(ShardPlacement.all(third));
    await(Evacuation.run(oldest));
    assertThat(shards(oldest)).isZero();
    assertThat(shards(second) + shards(third)).isEqualTo(SHARDS);
    await(Evacuation.run(third));
    assertThat(shards(third)).isZero();
    assertThat(shards(second)).isEqualTo(SHARDS);
  }

  @Test
  void a_node_that_joins_gets_its_part_of_the_shards() {
    host();
    ActorSystem<Void> second = host();
    await(ShardPlacement.all(second));
    ActorSystem<Void> third = host();
    Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(shards(third)).isBetween(SHARDS / 3 - 1, SHARDS / 3 + 1));
  }

  @Test
  void the_last_node_leaves_with_its_shards() {
    ActorSystem<Void> alone = host();
    ask(alone);
    await(Evacuation.run(alone));
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

  private static void await(CompletionStage<?> done) {
    done.toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }
}
