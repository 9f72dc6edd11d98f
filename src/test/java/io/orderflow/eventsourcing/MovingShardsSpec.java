package io.orderflow.eventsourcing;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.pattern.StatusReply;
import io.orderflow.testkit.SmallCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Questions to entities while their shards move to a node that joins, and away from one that is about to leave. */
class MovingShardsSpec {

  private static final String HOME = "home";
  private static final int ENTITIES = 1000;
  private static final int CLIENTS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  /** A question that is lost is answered never. */
  private static final Duration LOST = Duration.ofSeconds(8);

  private final SmallCluster cluster = new SmallCluster("");
  private final List<Thread> clients = new ArrayList<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answers = new AtomicInteger();
  private volatile boolean open = true;

  @AfterEach
  void stop() throws InterruptedException {
    end();
    cluster.close();
  }

  @Test
  void are_answered() throws InterruptedException {
    ActorSystem<Void> oldest = host();
    ActorSystem<Void> second = host();
    SmallCluster.await(ShardPlacement.all(second), PATIENCE);
    ask(second);
    ActorSystem<Void> third = host();
    ask(third);
    SmallCluster.await(ShardPlacement.all(third), PATIENCE);
    SmallCluster.await(Evacuation.run(oldest), PATIENCE);
    ActorSystem<Void> fourth = host();
    SmallCluster.await(ShardPlacement.all(fourth), PATIENCE);
    SmallCluster.await(Evacuation.run(third), PATIENCE);
    end();
    assertThat(failures).isEmpty();
    assertThat(answers.get()).isGreaterThan(ENTITIES);
  }

  private ActorSystem<Void> host() {
    ActorSystem<Void> node = cluster.join("services");
    Unhandled.reject(node);
    ClusterSharding.get(node).init(ShardedEntities.entity(Homes.key(HOME), (id, leave) -> answering()));
    ShardPlacement.hosts(node, Homes.key(HOME));
    return node;
  }

  @SuppressWarnings("unchecked")
  private static Behavior<Message> answering() {
    return Behaviors.receive(Message.class)
        .onMessage(Message.Ask.class, ask -> {
          ((Message.Ask<Integer, Integer>) ask).replyTo().tell(StatusReply.success(1));
          return Behaviors.same();
        })
        .onMessageEquals(Message.Signal.LEAVE, Behaviors::stopped)
        .build();
  }

  /** Starts clients that ask one question after the other at this node. */
  private void ask(ActorSystem<Void> node) {
    for (int i = 0; i < CLIENTS; i++) {
      int first = i;
      Thread client = new Thread(() -> {
        for (int number = first; open; number += CLIENTS) {
          try {
            EntityAsk.<Integer>ask(node, ClusterSharding.get(node).entityRefFor(Homes.key(HOME), "entity-" + number % ENTITIES),
                replyTo -> new Message.Ask<>("some", 1, replyTo), LOST).toCompletableFuture().join();
            answers.incrementAndGet();
          } catch (RuntimeException failure) {
            failures.add(failure);
          }
        }
      });
      clients.add(client);
      client.start();
    }
  }

  private void end() throws InterruptedException {
    open = false;
    for (Thread client : clients) {
      client.join();
    }
  }
}
