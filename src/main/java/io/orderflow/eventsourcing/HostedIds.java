package io.orderflow.eventsourcing;

import akka.actor.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.HashCodeMessageExtractor;
import akka.pattern.Patterns;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Generates ids of homes that this node hosts: what a request asks of its home, and waits for, then crosses no network. A shard that has moved
 * meanwhile makes an id no worse than any other. Ids that follow from a client's key can't be chosen.
 */
public final class HostedIds implements Supplier<UUID> {

  /** How often the node looks which shards it hosts. Counting them takes a message to each. */
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  /** The most ids that are tried. In a cluster of ten nodes all of them are another node's once in a hundred times. */
  private static final int TRIES = 40;

  private final Supplier<UUID> ids;
  private final HashCodeMessageExtractor<Message> shards;
  /** Empty until the node hosts one. */
  private volatile Set<String> hosted = Set.of();

  /**
   * Generates ids for the homes of that name, which are hosted on this node already.
   *
   * @param ids generates ids of which no two are the same
   */
  public HostedIds(ActorSystem<?> system, String home, Supplier<UUID> ids) {
    this.ids = ids;
    this.shards = new HashCodeMessageExtractor<>(ClusterShardingSettings.create(system).numberOfShards());
    ActorRef region = akka.cluster.sharding.ClusterSharding.get(system.classicSystem()).shardRegion(Homes.key(home).name());
    system.scheduler().scheduleWithFixedDelay(Duration.ZERO, INTERVAL, () -> look(region), system.executionContext());
  }

  /** Returns an id of this node, or any other if none of {@link #TRIES} ids was one. */
  @Override
  public UUID get() {
    Set<String> here = hosted;
    UUID id = ids.get();
    for (int tries = 1; tries < TRIES && !here.isEmpty() && !here.contains(shards.shardId(id.toString())); tries++) {
      id = ids.get();
    }
    return id;
  }

  /** A region that does not answer in time, for example while it stops, leaves what was known before. */
  private void look(ActorRef region) {
    Patterns.ask(region, ShardRegion.getRegionStatsInstance(), INTERVAL).thenAccept(stats -> {
      if (stats instanceof ShardRegion.ShardRegionStats regionStats) {
        hosted = Set.copyOf(regionStats.getStats().keySet());
      }
    });
  }
}
