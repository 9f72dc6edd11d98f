package io.orderflow.kernel;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import java.time.Duration;

/** Entities that serve one order and are hardly asked for once it has ended. */
public final class ShortLived {

  private ShortLived() {}

  /**
   * How they are sharded: as all others, but they leave memory soon after their last message.
   *
   * @param busy how long one may be at work without a message
   */
  public static ClusterShardingSettings sharding(ActorSystem<?> system, Duration busy) {
    Duration keep = system.settings().config().getDuration("orderflow.order-entities.keep-in-memory");
    ClusterShardingSettings settings = ClusterShardingSettings.create(system);
    return settings.withPassivationStrategy(
        settings.passivationStrategySettings().withIdleEntityPassivation(busy.compareTo(keep) > 0 ? busy : keep));
  }
}
