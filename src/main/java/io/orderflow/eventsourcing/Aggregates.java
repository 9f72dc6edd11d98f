package io.orderflow.eventsourcing;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;

/** Hosts aggregates on the nodes with the role {@code services}. */
public final class Aggregates {

  private Aggregates() {}

  /** Makes this node host its shards of the aggregate type. Returns a client for all aggregates of the type. Call it once for each type. */
  public static <C, E, S, R> AggregateClient<C, E, S, R> host(ActorSystem<?> system, AggregateType<C, E, S, R> type) {
    EntityTypeKey<Message> key = EntityTypeKey.create(Message.class, type.name());
    GroupCommit.Settings settings = GroupCommit.Settings.of(system.settings().config().getConfig("orderflow"));
    LateWrites.of(system);
    ShardedEntities.host(system, ShardedEntities.entity(key, (id, leave) -> behavior(type, id, settings)));
    return new AggregateClient<>(system, type, key, null);
  }

  static <C, E, S, R> Behavior<Message> behavior(AggregateType<C, E, S, R> type, String id, GroupCommit.Settings settings) {
    return GroupCommit.create(type, id, settings);
  }
}
