package io.orderflow.console;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.Member;
import akka.cluster.sharding.ShardRegion.CurrentShardRegionState;
import akka.cluster.sharding.typed.GetShardRegionState;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import io.orderflow.eventsourcing.Homes;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.payment.BreakerSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Asks every node with services how it does. A node that doesn't answer in time is shown as the cluster sees it. */
final class NodeReports {

  private static final ServiceKey<Ask> KEY = ServiceKey.create(Ask.class, "console-node");
  private static final Duration LIMIT = Duration.ofSeconds(1);

  record Ask(ActorRef<Report> replyTo) implements CborSerializable {}

  /** @param shards the shards of each kind on the node */
  record Report(String address, String version, Instant startedAt, List<BreakerSnapshot> breakers, Map<String, Integer> shards) implements CborSerializable {}

  private final ActorSystem<?> system;
  private final Set<ActorRef<Ask>> reporters = ConcurrentHashMap.newKeySet();

  private NodeReports(ActorSystem<?> system) {
    this.system = system;
  }

  /**
   * Makes this node answer, and learns of the others.
   *
   * @param kinds the names of what is sharded
   * @param breakers this node's circuit breakers
   */
  static NodeReports start(ActorSystem<?> system, List<String> kinds, Supplier<List<BreakerSnapshot>> breakers, Instant startedAt) {
    NodeReports reports = new NodeReports(system);
    ActorRef<Ask> reporter = system.systemActorOf(reporter(kinds, breakers, startedAt), "console-node", Props.empty());
    system.receptionist().tell(Receptionist.register(KEY, reporter));
    system.systemActorOf(Behaviors.<Receptionist.Listing>setup(context -> {
      context.getSystem().receptionist().tell(Receptionist.subscribe(KEY, context.getSelf()));
      return Behaviors.receive(Receptionist.Listing.class).onMessage(Receptionist.Listing.class, listing -> {
        Set<ActorRef<Ask>> known = listing.getServiceInstances(KEY);
        reports.reporters.retainAll(known);
        reports.reporters.addAll(known);
        return Behaviors.same();
      }).build();
    }), "console-nodes", Props.empty());
    return reports;
  }

  private static Behavior<Ask> reporter(List<String> kinds, Supplier<List<BreakerSnapshot>> breakers, Instant startedAt) {
    return Behaviors.setup(context -> {
      ActorSystem<?> system = context.getSystem();
      String address = Cluster.get(system).selfMember().address().toString();
      String version = Cluster.get(system).selfMember().appVersion().version();
      return Behaviors.receive(Ask.class).onMessage(Ask.class, ask -> {
        shards(system, kinds).thenAccept(shards -> ask.replyTo().tell(new Report(address, version, startedAt, breakers.get(), shards)));
        return Behaviors.same();
      }).build();
    });
  }

  private static CompletionStage<Map<String, Integer>> shards(ActorSystem<?> system, List<String> kinds) {
    Map<String, Integer> shards = new TreeMap<>();
    CompletionStage<?> all = CompletableFuture.completedFuture(null);
    for (String kind : kinds) {
      CompletionStage<Integer> count = AskPattern.<akka.cluster.sharding.typed.ClusterShardingQuery, CurrentShardRegionState>ask(
          ClusterSharding.get(system).shardState(), replyTo -> new GetShardRegionState(Homes.key(kind), replyTo), LIMIT, system.scheduler())
          .thenApply(state -> state.getShards().size()).exceptionally(failure -> 0);
      all = all.thenCombine(count, (before, number) -> shards.put(kind, number));
    }
    return all.thenApply(done -> shards);
  }

  /** All members of the cluster. */
  CompletionStage<List<NodeView>> views() {
    List<CompletableFuture<Report>> asked = reporters.stream().map(reporter -> AskPattern.<Ask, Report>ask(reporter, Ask::new, LIMIT, system.scheduler())
        .exceptionally(failure -> null).toCompletableFuture()).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenApply(all -> {
      Map<String, Report> reports = asked.stream().map(CompletableFuture::join).filter(report -> report != null)
          .collect(Collectors.toMap(Report::address, report -> report, (first, second) -> second));
      return views(reports);
    });
  }

  /** How many nodes have an open circuit breaker. */
  CompletionStage<Integer> openBreakers() {
    return views().thenApply(views -> (int) views.stream().filter(NodeView::hasOpenBreaker).count());
  }

  private List<NodeView> views(Map<String, Report> reports) {
    akka.cluster.ClusterEvent.CurrentClusterState state = Cluster.get(system).state();
    Set<Member> unreachable = state.getUnreachable();
    List<NodeView> views = new ArrayList<>();
    for (Member member : StreamSupport.stream(state.getMembers().spliterator(), false)
        .sorted(Comparator.comparing(member -> member.address().toString())).toList()) {
      Report report = reports.get(member.address().toString());
      List<String> roles = member.getRoles().stream().filter(role -> !role.startsWith("dc-")).sorted().toList();
      views.add(new NodeView(member.address().getHost().orElse("") + ":" + member.address().getPort().map(String::valueOf).orElse(""),
          member.status().toString(), !unreachable.contains(member), roles, report == null ? member.appVersion().version() : report.version(),
          report == null ? null : report.startedAt(), report == null ? null : report.breakers(), report == null ? null : report.shards()));
    }
    return views;
  }
}
