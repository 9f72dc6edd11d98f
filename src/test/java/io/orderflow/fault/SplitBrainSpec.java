package io.orderflow.fault;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who lives on when a part of the cluster is lost: the nodes with services decide, however many gateways there are. */
class SplitBrainSpec {

  private final List<ActorSystem<Void>> nodes = new ArrayList<>();

  @AfterEach
  void stop() {
    nodes.forEach(ActorSystem::terminate);
    nodes.forEach(node -> node.getWhenTerminated().toCompletableFuture().join());
  }

  private ActorSystem<Void> member(String role) {
    ActorSystem<Void> node = ActorSystem.create(Behaviors.empty(), "split", Configuration.over(ConfigFactory.parseString("""
        akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
        akka.cluster { roles = [%s], jmx.multi-mbeans-in-same-jvm = on, split-brain-resolver.stable-after = 2s }
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        """.formatted(role))));
    Cluster cluster = Cluster.get(node);
    cluster.manager().tell(Join.create(Cluster.get(nodes.isEmpty() ? node : nodes.get(0)).selfMember().address()));
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
    nodes.add(node);
    return node;
  }

  /** Stops the nodes without a word, as a power cut does, and waits until the others have removed them. */
  private void lose(List<ActorSystem<Void>> lost) {
    lost.forEach(ActorSystem::terminate);
    nodes.removeAll(lost);
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> nodes.stream().allMatch(node ->
        node.getWhenTerminated().toCompletableFuture().isDone() || members(node) == nodes.size()));
  }

  private static long members(ActorSystem<Void> node) {
    return StreamSupport.stream(Cluster.get(node).state().getMembers().spliterator(), false).count();
  }

  @Test
  void two_services_that_lose_one_of_theirs_and_both_gateways_live_on() {
    List<ActorSystem<Void>> services = List.of(member("services"), member("services"), member("services"));
    List<ActorSystem<Void>> lost = List.of(services.get(2), member("gateway"), member("gateway"));

    lose(lost);

    assertThat(nodes).allSatisfy(node -> {
      assertThat(node.getWhenTerminated().toCompletableFuture()).isNotDone();
      assertThat(Cluster.get(node).selfMember().status()).isEqualTo(MemberStatus.up());
    });
  }

  @Test
  void services_that_lose_more_gateways_than_they_are_live_on() {
    List<ActorSystem<Void>> services = List.of(member("services"), member("services"));
    List<ActorSystem<Void>> gateways = List.of(member("gateway"), member("gateway"), member("gateway"));

    lose(gateways);

    assertThat(services).allSatisfy(node -> assertThat(Cluster.get(node).selfMember().status()).isEqualTo(MemberStatus.up()));
  }

  @Test
  void gateways_that_lose_the_services_end() {
    List<ActorSystem<Void>> services = List.of(member("services"), member("services"));
    List<ActorSystem<Void>> gateways = List.of(member("gateway"), member("gateway"), member("gateway"));

    services.forEach(ActorSystem::terminate);
    nodes.removeAll(services);

    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() ->
        gateways.stream().allMatch(node -> node.getWhenTerminated().toCompletableFuture().isDone()));
  }
}
