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
 * Notices that a gateway has been left alone. When all nodes with services leave, as they do when all are restarted, they come back as a new
 * cluster: they look for each other, not for gateways. The old cluster then consists of gateways and can serve nothing for ever. A gateway in it
 * leaves and starts anew, and joins the cluster that there is by then.
 */
final class Stranded {

  /** Why the node leaves. Not the end of the process: {@link Main} starts a node in its place. */
  static final class Reason implements CoordinatedShutdown.Reason {
    private static final Reason INSTANCE = new Reason();
  }

  private static final String SERVICES = "services";
  private static final Logger LOG = LoggerFactory.getLogger(Stranded.class);

  private enum Timeout { INSTANCE }

  private Stranded() {}

  /**
   * Has the node leave once it has been in a cluster without nodes that carry services for so long. A node that is in no cluster yet waits for
   * one.
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
            LOG.warn("no node with services has been in this cluster for {} s: the gateway leaves it and looks for another", patience.toSeconds());
            CoordinatedShutdown.get(context.getSystem()).runAll(Reason.INSTANCE);
            return Behaviors.stopped();
          })
          .build());
    });
    system.systemActorOf(behavior, "stranded", Props.empty());
  }

  /** Also a node that is unreachable counts until it is removed: it may come back. */
  private static boolean serves(Member member) {
    return member.hasRole(SERVICES) && !member.status().equals(akka.cluster.MemberStatus.removed())
        && !member.status().equals(akka.cluster.MemberStatus.down());
  }

  /** Whether the node ended for that reason, so that another is to be started in its place. */
  static boolean startsAnew(ActorSystem<?> system) {
    return CoordinatedShutdown.get(system).getShutdownReason().filter(reason -> reason instanceof Reason).isPresent();
  }
}
