package io.orderflow.eventsourcing;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;

/** Hosts homes on the nodes with the role {@code services}. */
public final class Homes {

  private Homes() {}

  /** Makes this node host its shards of these homes. The shard never passivates a home: its processes say when it may leave. */
  public static void host(ActorSystem<?> system, HomeType type) {
    ShardedEntities.host(system, ShardedEntities.entity(key(type.name()), (id, leave) -> {
      HostedIds.started(system, type.name(), id);
      return HomeActor.create(type, id, leave);
    }).withSettings(ClusterShardingSettings.create(system)
        .withPassivationStrategy(ClusterShardingSettings.PassivationStrategySettings$.MODULE$.disabled())));
  }

  /** Addresses the homes of that name, wherever they are hosted. */
  public static EntityTypeKey<Message> key(String name) {
    return EntityTypeKey.create(Message.class, name);
  }
}
