package io.orderflow;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes nodes whose process has ended, seconds before their heartbeats are missed. The kernel of a running machine refuses connections to
 * the port of a process that is gone, while it accepts those to a process that pauses. So each node connects to the remoting ports of the
 * others, again and again.
 *
 * <p>A firewall can refuse connections too, on both sides of a cut. Therefore only the majority of the nodes with services removes a node,
 * as the split brain resolver would. A machine that is gone refuses nothing: its nodes are left to the failure detector.
 */
final class EndedProcesses {

  private enum Tick { INSTANCE }

  /** The next nodes after this one in the order of addresses, as with heartbeats: each node is watched by as many others. */
  private static final int WATCHED = 9;
  private static final Set<MemberStatus> WATCHED_STATUSES = Set.of(MemberStatus.weaklyUp(), MemberStatus.up(), MemberStatus.down());
  private static final int CONNECT_MILLIS = 200;
  private static final Logger LOG = LoggerFactory.getLogger(EndedProcesses.class);

  private final Cluster cluster;
  private final Predicate<Address> refuses;
  private Set<Address> refusedBefore = Set.of();

  /** @param refuses whether a connection to the node is refused; blocks */
  EndedProcesses(Cluster cluster, Predicate<Address> refuses) {
    this.cluster = cluster;
    this.refuses = refuses;
  }

  /** Watches the other nodes with services from a thread that may block. */
  static void watch(ActorSystem<?> system, Duration interval) {
    if (interval.isZero()) {
      return;
    }
    system.systemActorOf(Behaviors.<Tick>withTimers(timers -> {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, interval);
      EndedProcesses ended = new EndedProcesses(Cluster.get(system), EndedProcesses::refuses);
      return Behaviors.receiveMessage(tick -> {
        ended.look();
        return Behaviors.same();
      });
    }), "ended-processes", DispatcherSelector.blocking());
  }

  /** Removes the nodes that have refused two looks in a row, if this node sees a majority. */
  void look() {
    List<Member> services = StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
        .filter(member -> member.hasRole("services")).toList();
    Set<Address> refused = watched(services).stream().filter(refuses).collect(Collectors.toSet());
    Set<Address> ended = refused.stream().filter(refusedBefore::contains).collect(Collectors.toSet());
    // Those that were removed, or whose port is open again.
    refusedBefore.stream().filter(node -> !refused.contains(node)).forEach(ProcessAwareDetector::forget);
    refusedBefore = refused;
    if (ended.isEmpty() || !isMajority(services.size(), services.stream().filter(member -> isThere(member, refused)).count())) {
      return;
    }
    for (Address node : ended) {
      if (ProcessAwareDetector.ended(node)) {
        LOG.warn("{} refuses connections: its process has ended. The others take over", node);
        cluster.manager().tell(new Down(node));
      }
    }
  }

  /** More than half of the nodes with services: of two halves, both would go on. */
  static boolean isMajority(int all, long there) {
    return there * 2 > all;
  }

  private boolean isThere(Member member, Set<Address> refused) {
    return !refused.contains(member.address()) && !cluster.state().getUnreachable().contains(member);
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

  private static boolean refuses(Address node) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(node.getHost().get(), (Integer) node.getPort().get()), CONNECT_MILLIS);
      return false;
    } catch (ConnectException refused) {
      return refused.getMessage() != null && refused.getMessage().contains("refused");
    } catch (IOException unknown) {
      return false;
    }
  }
}
