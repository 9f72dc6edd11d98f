package io.orderflow.eventsourcing;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.HashCodeMessageExtractor;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Generates ids of homes that this node hosts: what a request asks of its home, and waits for, then crosses no network. A shard that has moved
 * meanwhile makes an id no worse than any other. Ids that follow from a client's key can't be chosen.
 */
public final class HostedIds implements Supplier<UUID> {

  /** How long a shard counts as hosted here after one of its homes has started here. One that has moved away is forgotten then. */
  private static final Duration SEEN_FOR = Duration.ofSeconds(30);
  /** The most ids that are tried. In a cluster of ten nodes all of them are another node's twice in a hundred times. */
  private static final int TRIES = 40;

  /** One in so many ids is any id: so the node finds the shards that it hosts besides, and does not crowd all homes into a few. */
  private static final int ANY = 16;

  /** When a home of each shard last started on this node, by the name of the homes. */
  private static final class Starts implements Extension {

    private final HashCodeMessageExtractor<Message> shards;
    private final ConcurrentHashMap<String, ConcurrentHashMap<String, Long>> nanos = new ConcurrentHashMap<>();

    private Starts(ActorSystem<?> system) {
      this.shards = new HashCodeMessageExtractor<>(ClusterShardingSettings.create(system).numberOfShards());
    }

    private ConcurrentHashMap<String, Long> of(String home) {
      return nanos.computeIfAbsent(home, name -> new ConcurrentHashMap<>());
    }
  }

  private static final class Id extends ExtensionId<Starts> {
    private static final Id INSTANCE = new Id();

    @Override
    public Starts createExtension(ActorSystem<?> system) {
      return new Starts(system);
    }
  }

  private final Starts starts;
  private final ConcurrentHashMap<String, Long> ofHome;
  private final Supplier<UUID> ids;

  /**
   * Generates ids for the homes of that name.
   *
   * @param ids generates ids of which no two are the same
   */
  public HostedIds(ActorSystem<?> system, String home, Supplier<UUID> ids) {
    this.starts = Id.INSTANCE.apply(system);
    this.ofHome = starts.of(home);
    this.ids = ids;
  }

  /** A home has started on this node. */
  static void started(ActorSystem<?> system, String home, String id) {
    Starts starts = Id.INSTANCE.apply(system);
    starts.of(home).put(starts.shards.shardId(id), System.nanoTime());
  }

  /** Returns an id of this node, but for one in {@link #ANY}, or if none of {@link #TRIES} ids was one. */
  @Override
  public UUID get() {
    UUID id = ids.get();
    if (ThreadLocalRandom.current().nextInt(ANY) == 0) {
      return id;
    }
    for (int tries = 1; tries < TRIES && !ofHome.isEmpty() && !isHere(id); tries++) {
      id = ids.get();
    }
    return id;
  }

  private boolean isHere(UUID id) {
    Long started = ofHome.get(starts.shards.shardId(id.toString()));
    return started != null && System.nanoTime() - started < SEEN_FOR.toNanos();
  }
}
