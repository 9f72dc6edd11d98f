package io.orderflow;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent.ClusterDomainEvent;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects a gateway that is alone in its cluster. When all nodes with services restart at once, they form a new cluster: they look for each
 * other, not for gateways. The old cluster then consists of gateways only and can never serve again. A stranded gateway leaves it, starts
 * again and joins the new cluster.
 */
final class Stranded {

  /** The reason for the shutdown. The process survives it: {@link Main} starts a new node. */
  static final class Reason implements CoordinatedShutdown.Reason {
    private static final Reason INSTANCE = new Reason();
  }

  private static final String SERVICES = "services";
  private static final Logger LOG = LoggerFactory.getLogger(Stranded.class);

  private enum Timeout { INSTANCE }

  private Stranded() {}

  /**
   * Makes the node leave a cluster that has had no node with services for that long. A node that has not joined a cluster yet keeps
   * waiting.
   *
   * @param patience the longest time without a node with services
   */
  static void watch(ActorSystem<?> system, Duration patience) {
    Behavior<Object> behavior = Behaviors.setup(context -> {
      Cluster cluster = Cluster.get(context.getSystem());
      cluster.subscriptions().tell(Subscribe.create(context.messageAdapter(ClusterDomainEvent.class, event -> event), ClusterDomainEvent.class));
      return Behaviors.withTimers(timers -> Behaviors.receive(Object.class)
          .onMessage(ClusterDomainEvent.class, event -> {
            boolean joined = StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .anyMatch(member -> member.uniqueAddress().equals(cluster.selfMember().uniqueAddress()));
            boolean alone = joined && StreamSupport.stream(cluster.state().getMembers().spliterator(), false).noneMatch(Stranded::serves);
            if (!alone) {
              timers.cancelAll();
            } else if (!timers.isTimerActive(Timeout.INSTANCE)) {
              timers.startSingleTimer(Timeout.INSTANCE, patience);
            }
            return Behaviors.same();
          })
          .onMessage(Timeout.class, over -> {
            LOG.warn("No node with services in this cluster for {} s: the gateway leaves it and looks for another", patience.toSeconds());
            CoordinatedShutdown.get(context.getSystem()).runAll(Reason.INSTANCE);
            return Behaviors.stopped();
          })
          .build());
    });
    system.systemActorOf(behavior, "stranded", Props.empty());
  }

  /** An unreachable node counts until it is removed: it may come back. */
  private static boolean serves(Member member) {
    return member.hasRole(SERVICES) && !member.status().equals(akka.cluster.MemberStatus.removed())
        && !member.status().equals(akka.cluster.MemberStatus.down());
  }

  /** Whether the node shut down because it was stranded, so that a new one must be started. */
  static boolean mustRestart(ActorSystem<?> system) {
    return CoordinatedShutdown.get(system).getShutdownReason().filter(reason -> reason instanceof Reason).isPresent();
  }
}
