package io.orderflow.eventsourcing;

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

/** Creates the sharding entities of event-sourced actors. They live on nodes with the role {@code services}. */
public final class ShardedEntities {

  private ShardedEntities() {}

  /**
   * Creates a sharding entity that is passivated as {@code akka.cluster.sharding.passivation} says.
   *
   * @param stop the stop message. Akka's PoisonPill won't do: an entity loses it if the write in flight fails. The shard would then wait
   *     for the entity's termination for ever, and buffer every message to it
   * @param behavior creates the behavior for an entity id; the behavior runs the given action once no further message is expected
   */
  static <C> Entity<C, ShardingEnvelope<C>> entity(EntityTypeKey<C> key, C stop, BiFunction<String, Runnable, Behavior<C>> behavior) {
    return Entity.of(key, entity -> Behaviors.<C>setup(context -> behavior.apply(entity.getEntityId(),
            () -> entity.getShard().tell(new ClusterSharding.Passivate<>(context.getSelf())))))
        .withStopMessage(stop).withRole("services");
  }

  /**
   * The same for entities that serve one order and are rarely used after it has ended. One is passivated as soon as it has ended. An entity
   * that is used later, or never ends, is passivated after {@code orderflow.order-entities.keep-in-memory}, but not before twice the time
   * limit of a call to the payment provider.
   */
  public static <C> Entity<C, ShardingEnvelope<C>> shortLived(ActorSystem<?> system, EntityTypeKey<C> key, C stop,
      BiFunction<String, Runnable, Behavior<C>> behavior) {
    return entity(key, stop, behavior).withSettings(settings(system));
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
