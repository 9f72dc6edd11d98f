package io.orderflow.eventsourcing;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.cluster.Cluster;
import akka.cluster.MemberStatus;
import akka.cluster.sharding.ClusterSharding;
import akka.cluster.sharding.ShardRegion;
import akka.pattern.Patterns;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves a node's shards to the others before it leaves, one after the other ({@link ShardAllocation}), while the node still serves. Akka's own way, which
 * stops all shards of a node at once when it leaves, then has nothing to do.
 */
public final class Evacuation {

  private static final Logger LOG = LoggerFactory.getLogger(Evacuation.class);
  private static final Duration LOOKS_EVERY = Duration.ofMillis(100);
  /** How long no shard may have moved before the node leaves with those that it has: the coordinator lives on a node of an earlier version, or is lost. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  /** The longest that it may take, well within what a coordinated shutdown gives to the phase. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final ActorSystem<?> system;
  private final DepartingNodes departing;
  private final long began = System.nanoTime();

  private Evacuation(ActorSystem<?> system) {
    this.system = system;
    this.departing = DepartingNodes.of(system);
  }

  /**
   * Begins it. The stage completes once the node hosts no shard, or if none moves any more, or if no other node stays, or after 30 s. It never fails.
   */
  public static CompletionStage<Done> run(ActorSystem<?> system) {
    Evacuation evacuation = new Evacuation(system);
    evacuation.departing.announce();
    return evacuation.look(Integer.MAX_VALUE, System.nanoTime()).exceptionally(failure -> {
      LOG.warn("Shards leave with the node: {}", failure.toString());
      return Done.getInstance();
    });
  }

  /**
   * Looks whether shards are left.
   *
   * @param before how many there were
   * @param movedAt when one moved last
   */
  private CompletionStage<Done> look(int before, long movedAt) {
    if (!anotherStays()) {
      return CompletableFuture.completedStage(Done.getInstance());
    }
    return shards().thenCompose(left -> {
      long last = left < before ? System.nanoTime() : movedAt;
      if (left > 0 && System.nanoTime() - last < PATIENCE.toNanos() && System.nanoTime() - began < LIMIT.toNanos()) {
        return Patterns.after(LOOKS_EVERY, system.classicSystem().scheduler(), system.executionContext(), () -> look(left, last));
      }
      LOG.info("{} shards are left after {} ms", left, (System.nanoTime() - began) / 1_000_000);
      return CompletableFuture.completedStage(Done.getInstance());
    });
  }

  private boolean anotherStays() {
    return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false).anyMatch(member ->
        member.hasRole("services") && member.status() == MemberStatus.up() && !departing.contains(member.address())
            && !member.address().equals(Cluster.get(system).selfAddress()));
  }

  /** How many shards of all types this node hosts. */
  private CompletionStage<Integer> shards() {
    List<CompletableFuture<Integer>> counts = ShardPlacement.hosted(system).stream().map(key ->
        Patterns.ask(ClusterSharding.get(system.classicSystem()).shardRegion(key.name()), ShardRegion.getRegionStatsInstance(), PATIENCE)
            .thenApply(stats -> {
              ShardRegion.ShardRegionStats of = (ShardRegion.ShardRegionStats) stats;
              return of.stats().size() + of.failed().size();
            }).toCompletableFuture()).toList();
    return CompletableFuture.allOf(counts.toArray(CompletableFuture[]::new)).thenApply(all -> counts.stream().mapToInt(CompletableFuture::join).sum());
  }
}
