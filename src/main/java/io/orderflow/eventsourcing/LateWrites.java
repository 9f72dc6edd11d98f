package io.orderflow.eventsourcing;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent.MemberDowned;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import java.time.Duration;

/**
 * Whether events may still be written by others than the present incarnations of this node's entities. Those on a node that was removed because it was
 * silent may go on: it only stood still, does not notice it, and handles what it was asked before. And a write that has failed may take place later, when
 * the database gets to it. The journal's unique key refuses such an event if the present incarnation has written. If it has only read, the event is
 * stored, and that one's state is old from then on.
 */
final class LateWrites implements Extension {

  private static final class Id extends ExtensionId<LateWrites> {
    private static final Id INSTANCE = new Id();

    @Override
    public LateWrites createExtension(ActorSystem<?> system) {
      return new LateWrites(system);
    }
  }

  /** How long they may come: longer than machines are paused or moved. */
  private static final Duration CONCERN = Duration.ofHours(1);

  private volatile boolean everExpected;
  private volatile long expectedUntil;

  private LateWrites(ActorSystem<?> system) {
    if (system.settings().config().getString("akka.actor.provider").equals("cluster")) {
      system.systemActorOf(Behaviors.<MemberDowned>setup(context -> {
        // This node learns it before the first shard of the removed one begins here.
        Cluster.get(system).subscriptions().tell(Subscribe.create(context.getSelf(), MemberDowned.class));
        return Behaviors.receiveMessage(downed -> {
          expect();
          return Behaviors.same();
        });
      }), "late-writes", Props.empty());
    }
  }

  static LateWrites of(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system);
  }

  /** Notes that a node was removed without having left, or that a write has failed. */
  void expect() {
    expectedUntil = System.nanoTime() + CONCERN.toNanos();
    everExpected = true;
  }

  /** Whether that was within the last hour. */
  boolean areExpected() {
    return everExpected && System.nanoTime() - expectedUntil < 0;
  }
}
