package io.orderflow.eventsourcing;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import java.util.function.BiFunction;

/** Creates the sharding entities of event-sourced actors. They live on nodes with the role {@code services}. */
final class ShardedEntities {

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
}
