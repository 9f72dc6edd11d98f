package io.orderflow.eventsourcing;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.sharding.ShardCoordinator;
import java.util.List;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.collection.immutable.Set;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Decides on which node each shard lives: on the one with the fewest, as Akka does, but on none that is about to leave. Shards move one after the other,
 * each {@code akka.cluster.sharding.rebalance-interval}: those of nodes that are about to leave first, then those of nodes with more than others. So what is
 * asked of a shard waits for its own move only. Moved all at once, the last would wait for the coordinator to record the moves of all others.
 */
final class ShardAllocation implements ShardCoordinator.ActorSystemDependentAllocationStrategy {

  /** Moves at the same time, for each type. */
  private static final int AT_ONCE = 2;

  private final ShardCoordinator.ActorSystemDependentAllocationStrategy fewest =
      (ShardCoordinator.ActorSystemDependentAllocationStrategy) ShardCoordinator.leastShardAllocationStrategy(1, 0.1);
  private DepartingNodes departing;

  @Override
  public void start(ActorSystem system) {
    fewest.start(system);
    departing = DepartingNodes.of(Adapter.toTyped(system));
  }

  @Override
  public Future<ActorRef> allocateShard(ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> shards) {
    return fewest.allocateShard(requester, shard, staying(shards));
  }

  @Override
  public Future<Set<String>> rebalance(Map<ActorRef, IndexedSeq<String>> shards, Set<String> moving) {
    Map<ActorRef, IndexedSeq<String>> staying = staying(shards);
    List<String> leaving = CollectionConverters.asJava(shards.removedAll(staying.keys())).values().stream()
        .flatMap(of -> CollectionConverters.asJava(of).stream()).filter(shard -> !moving.contains(shard)).toList();
    return leaving.isEmpty() ? fewest.rebalance(staying, moving)
        : Future.successful(CollectionConverters.asScala(leaving.subList(0, Math.max(0, Math.min(leaving.size(), AT_ONCE - moving.size())))).toSet());
  }

  /** Those of nodes that stay; all if none does: a cluster that ends as a whole keeps its shards to the end. */
  private Map<ActorRef, IndexedSeq<String>> staying(Map<ActorRef, IndexedSeq<String>> shards) {
    List<ActorRef> leaving = CollectionConverters.asJava(shards.keySet()).stream().filter(region -> departing.contains(region.path().address())).toList();
    return leaving.size() == shards.size() ? shards : shards.removedAll(CollectionConverters.asScala(leaving));
  }
}
