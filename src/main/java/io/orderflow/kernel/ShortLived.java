package io.orderflow.kernel;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ClusterShardingSettings;

/** Entities that serve one order and are hardly asked for once it has ended. */
public final class ShortLived {

  private ShortLived() {}

  /** How they are sharded: as all others, but they leave memory after {@code orderflow.order-entities.keep-in-memory}. */
  public static ClusterShardingSettings sharding(ActorSystem<?> system) {
    ClusterShardingSettings settings = ClusterShardingSettings.create(system);
    return settings.withPassivationStrategy(settings.passivationStrategySettings().withIdleEntityPassivation(
        system.settings().config().getDuration("orderflow.order-entities.keep-in-memory")));
  }
}
