package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import java.time.Duration;

/** One aggregate of a running node, to be told what no client can tell it. */
public final class HostedAggregate<C, R> {

  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final String type;
  private final EntityRef<Message> entity;

  /** @param type the name of its type */
  public HostedAggregate(ActorSystem<?> system, String type, String id) {
    this.type = type;
    this.entity = ClusterSharding.get(system).entityRefFor(EntityTypeKey.create(Message.class, type), id);
  }

  /** A client of what a running node hosts. */
  public static <C, E, S, R> AggregateClient<C, E, S, R> client(ActorSystem<?> system, AggregateType<C, E, S, R> type) {
    return new AggregateClient<>(system, type, EntityTypeKey.create(Message.class, type.name()), null);
  }

  /** Tells it a command; the reply goes to that actor. */
  public void tell(C command, ActorRef<StatusReply<R>> replyTo) {
    entity.tell(new Message.Ask<>(type, command, replyTo));
  }

  /** Tells it a command and waits for the reply. */
  public R ask(C command) {
    return entity.<R>askWithStatus(replyTo -> new Message.Ask<>(type, command, replyTo), PATIENCE).toCompletableFuture().join();
  }
}
