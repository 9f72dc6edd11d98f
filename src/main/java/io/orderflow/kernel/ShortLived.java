package io.orderflow.kernel;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.function.BiFunction;

/** Entities that serve one order and are hardly asked for once it has ended. */
public final class ShortLived {

  private ShortLived() {}

  /**
   * How they are carried by nodes with services: as all others, but they leave memory as soon as they have come to an end. One that is asked
   * for later, or comes to none, leaves after {@code orderflow.order-entities.keep-in-memory}, no sooner than twice the time that a call to
   * the payment provider may take.
   *
   * @param stop tells it to leave memory. A message of its own and not Akka's PoisonPill, which an entity forgets when the write fails that was
   *     under way; its shard would wait for its end for good, and keep everything that is sent to it
   * @param behavior of the entity of that id, which runs what it is given once nothing more is expected of it
   */
  public static <C> Entity<C, ShardingEnvelope<C>> entity(ActorSystem<?> system, EntityTypeKey<C> key, C stop,
      BiFunction<String, Runnable, Behavior<C>> behavior) {
    return Entity.of(key, entity -> Behaviors.<C>setup(context -> behavior.apply(entity.getEntityId(),
            () -> entity.getShard().tell(new ClusterSharding.Passivate<>(context.getSelf())))))
        .withStopMessage(stop).withRole("services").withSettings(settings(system));
  }

  private static ClusterShardingSettings settings(ActorSystem<?> system) {
    Config orderflow = system.settings().config().getConfig("orderflow");
    Duration keep = orderflow.getDuration("order-entities.keep-in-memory");
    Duration busy = orderflow.getDuration("payment.timeout").multipliedBy(2);
    ClusterShardingSettings settings = ClusterShardingSettings.create(system);
    return settings.withPassivationStrategy(
        settings.passivationStrategySettings().withIdleEntityPassivation(busy.compareTo(keep) > 0 ? busy : keep));
  }
}
