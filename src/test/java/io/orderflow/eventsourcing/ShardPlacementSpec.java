package io.orderflow.eventsourcing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.ShardRegion.ClusterShardingStats;
import akka.cluster.sharding.typed.ClusterShardingQuery;
import akka.cluster.sharding.typed.GetClusterShardingStats;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import io.orderflow.kernel.Ids;
import io.orderflow.testkit.SmallCluster;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Shards before anything was asked of them. */
class ShardPlacementSpec {

  private static final String HOME = "home";
  private static final int SHARDS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final SmallCluster cluster = new SmallCluster("");
  private final Queue<String> started = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void all_have_a_place_before_the_first_request_and_no_entity_has_started() {
    host();
    ActorSystem<Void> second = host();
    SmallCluster.await(ShardPlacement.all(second), PATIENCE);
    assertThat(placed(second)).isEqualTo(SHARDS);
    assertThat(started).isEmpty();
  }

  @Test
  void a_node_without_others_places_none() {
    ActorSystem<Void> alone = host();
    SmallCluster.await(ShardPlacement.all(alone), PATIENCE);
    assertThat(placed(alone)).isZero();
  }

  @Test
  void no_client_can_name_a_placeholder() {
    assertThat(ShardPlacement.isPlaceholder("shard 1")).isTrue();
    assertThat(Ids.FORM.matcher("shard 1").matches()).isFalse();
  }

  private ActorSystem<Void> host() {
    ActorSystem<Void> node = cluster.join("services");
    ClusterSharding.get(node).init(ShardedEntities.entity(Homes.key(HOME), (id, leave) -> {
      started.add(id);
      return Behaviors.stopped();
    }));
    ShardPlacement.hosts(node, Homes.key(HOME));
    return node;
  }

  private static int placed(ActorSystem<Void> node) {
    ClusterShardingStats[] stats = new ClusterShardingStats[1];
    Awaitility.await().atMost(PATIENCE).until(() -> {
      stats[0] = AskPattern.<ClusterShardingQuery, ClusterShardingStats>ask(ClusterSharding.get(node).shardState(),
          replyTo -> new GetClusterShardingStats(Homes.key(HOME), PATIENCE, replyTo), PATIENCE, node.scheduler()).toCompletableFuture().join();
      return !stats[0].getRegions().isEmpty();
    });
    return stats[0].getRegions().values().stream().mapToInt(region -> region.getStats().size()).sum();
  }
}
