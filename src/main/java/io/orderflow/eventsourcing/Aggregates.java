package io.orderflow.eventsourcing;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.orderflow.kernel.ShortLived;

/** Hosts aggregates on the nodes with the role {@code services}. */
public final class Aggregates {

  private Aggregates() {}

  /** Makes this node host its shards of the aggregate type. Returns a client for all aggregates of the type. Call it once for each type. */
  public static <C, E, S, R> AggregateClient<C, E, S, R> host(ActorSystem<?> system, AggregateType<C, E, S, R> type) {
    EntityTypeKey<Message> key = EntityTypeKey.create(Message.class, type.name());
    GroupCommit.Settings settings = GroupCommit.Settings.of(system.settings().config().getConfig("orderflow"));
    ClusterSharding.get(system).init(type.shortLived()
        ? ShortLived.entity(system, key, Message.Signal.LEAVE, (id, leave) -> behavior(type, id, settings, leave))
        : entity(type, key, settings));
    return new AggregateClient<>(system, type, key);
  }

  private static <C, E, S, R> Entity<Message, ShardingEnvelope<Message>> entity(AggregateType<C, E, S, R> type, EntityTypeKey<Message> key,
      GroupCommit.Settings settings) {
    return Entity.of(key, entity -> Behaviors.<Message>setup(context -> behavior(type, entity.getEntityId(), settings,
            () -> entity.getShard().tell(new ClusterSharding.Passivate<>(context.getSelf())))))
        .withStopMessage(Message.Signal.LEAVE).withRole("services");
  }

  static <C, E, S, R> Behavior<Message> behavior(AggregateType<C, E, S, R> type, String id, GroupCommit.Settings settings, Runnable leave) {
    return type.groupCommit() ? GroupCommit.create(type, id, settings) : new AggregateActor<>(type, id, settings.snapshotEvery(), leave);
  }
}
