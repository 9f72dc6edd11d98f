package io.orderflow;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes nodes whose process has ended, seconds before their heartbeats are missed. Each node looks at its {@link Lifelines} to the others, again and
 * again.
 *
 * <p>A firewall can close and refuse connections too, on both sides of a cut. Therefore only the majority of the nodes with services removes a node,
 * as the split brain resolver would. A machine that loses its power closes nothing: its nodes are left to the failure detector.
 */
final class EndedProcesses {

  private enum Tick { INSTANCE }

  /** A view of the processes of the other nodes. */
  @FunctionalInterface
  interface Processes {

    /** Whether the node's process has ended. May block. */
    boolean hasEnded(Address node);

    /** No other node than these is asked about any more. */
    default void retain(Collection<Address> nodes) {}
  }

  /** The next nodes after this one in the order of addresses, as with heartbeats: each node is watched by as many others. */
  private static final int WATCHED = 9;
  private static final Set<MemberStatus> WATCHED_STATUSES = Set.of(MemberStatus.weaklyUp(), MemberStatus.up(), MemberStatus.down());
  private static final Logger LOG = LoggerFactory.getLogger(EndedProcesses.class);

  private final Cluster cluster;
  private final Processes processes;
  private Set<Address> goneBefore = Set.of();

  EndedProcesses(Cluster cluster, Processes processes) {
    this.cluster = cluster;
    this.processes = processes;
  }

  /** Watches the other nodes with services from a thread that may block. */
  static void watch(ActorSystem<?> system, Duration interval) {
    if (interval.isZero()) {
      return;
    }
    system.systemActorOf(Behaviors.<Tick>withTimers(timers -> {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, interval);
      Lifelines lifelines = new Lifelines(System::nanoTime);
      EndedProcesses ended = new EndedProcesses(Cluster.get(system), lifelines);
      return Behaviors.receive(Tick.class)
          .onMessage(Tick.class, tick -> {
            ended.look();
            return Behaviors.same();
          })
          .onSignal(PostStop.class, stop -> {
            lifelines.retain(List.of());
            return Behaviors.same();
          })
          .build();
    }), "ended-processes", DispatcherSelector.blocking());
  }

  /** Removes the nodes that were found ended by two looks in a row, if this node sees a majority. */
  void look() {
    List<Member> services = StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
        .filter(member -> member.hasRole("services")).toList();
    List<Address> watched = watched(services);
    processes.retain(watched);
    Set<Address> gone = watched.stream().filter(processes::hasEnded).collect(Collectors.toSet());
    Set<Address> ended = gone.stream().filter(goneBefore::contains).collect(Collectors.toSet());
    // Those that were removed, or whose port is open again.
    goneBefore.stream().filter(node -> !gone.contains(node)).forEach(ProcessAwareDetector::forget);
    goneBefore = gone;
    if (ended.isEmpty() || !isMajority(services.size(), services.stream().filter(member -> isThere(member, gone)).count())) {
      return;
    }
    for (Address node : ended) {
      if (ProcessAwareDetector.ended(node)) {
        LOG.warn("The process of {} has ended. The others take over", node);
        cluster.manager().tell(new Down(node));
      }
    }
  }

  /** More than half of the nodes with services: of two halves, both would go on. */
  static boolean isMajority(int all, long there) {
    return there * 2 > all;
  }

  private boolean isThere(Member member, Set<Address> gone) {
    return !gone.contains(member.address()) && !cluster.state().getUnreachable().contains(member);
  }

  /** Up, or down and not removed yet. Nodes that leave close their port before they are removed. */
  private List<Address> watched(List<Member> services) {
    List<Address> ring = new ArrayList<>();
    int self = 0;
    for (Member member : services) {
      if (member.uniqueAddress().equals(cluster.selfMember().uniqueAddress())) {
        self = ring.size();
      } else if (WATCHED_STATUSES.contains(member.status())) {
        ring.add(member.address());
      }
    }
    Collections.rotate(ring, -self);
    return ring.subList(0, Math.min(WATCHED, ring.size()));
  }
}
