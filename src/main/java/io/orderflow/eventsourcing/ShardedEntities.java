package io.orderflow.eventsourcing;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import java.util.function.BiFunction;

/** Creates and hosts the sharding entities of event-sourced actors. They live on nodes with the role {@code services}. */
final class ShardedEntities {

  private ShardedEntities() {}

  /**
   * Creates a sharding entity that is passivated as {@code akka.cluster.sharding.passivation} says.
   *
   * @param behavior creates the behavior for an entity id; the behavior runs the given action once no further message is expected
   */
  static Entity<Message, ShardingEnvelope<Message>> entity(EntityTypeKey<Message> key, BiFunction<String, Runnable, Behavior<Message>> behavior) {
    return Entity.of(key, entity -> ShardPlacement.isPlaceholder(entity.getEntityId()) ? ShardPlacement.placeholder()
            : Behaviors.<Message>setup(context -> behavior.apply(entity.getEntityId(),
                () -> entity.getShard().tell(new ClusterSharding.Passivate<>(context.getSelf())))))
        .withStopMessage(Message.Signal.LEAVE).withRole("services").withAllocationStrategy(new ShardAllocation());
  }

  /** Makes this node host its shards of these entities. Those who ask one that can't reply are told why. */
  static void host(ActorSystem<?> system, Entity<Message, ShardingEnvelope<Message>> entities) {
    Unhandled.reject(system);
    ShardPlacement.hosts(system, entities.typeKey());
    ClusterSharding.get(system).init(entities);
  }
}
