package io.orderflow.fault;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import io.orderflow.testkit.SmallCluster;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who lives on when a part of the cluster is lost: the nodes with services decide, however many gateways there are. */
class SplitBrainSpec {

  private final SmallCluster cluster = new SmallCluster("""
      akka.cluster { split-brain-resolver.stable-after = 2s, failure-detector.patience-with-newcomers = 0s }
      """);

  @AfterEach
  void stop() {
    cluster.close();
  }

  private ActorSystem<Void> member(String role) {
    return cluster.join(role);
  }

  /** Waits until the others have removed those that are lost. */
  private void lose(List<ActorSystem<Void>> lost) {
    cluster.lose(lost);
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> cluster.nodes().stream().allMatch(node ->
        node.getWhenTerminated().toCompletableFuture().isDone() || SmallCluster.members(node).size() == cluster.nodes().size()));
  }

  @Test
  void two_services_that_lose_one_of_theirs_and_both_gateways_live_on() {
    List<ActorSystem<Void>> services = List.of(member("services"), member("services"), member("services"));
    List<ActorSystem<Void>> lost = List.of(services.get(2), member("gateway"), member("gateway"));

    lose(lost);

    assertThat(cluster.nodes()).allSatisfy(node -> {
      assertThat(node.getWhenTerminated().toCompletableFuture()).isNotDone();
      assertThat(SmallCluster.isUp(node)).isTrue();
    });
  }

  @Test
  void services_that_lose_more_gateways_than_they_are_live_on() {
    List<ActorSystem<Void>> services = List.of(member("services"), member("services"));
    List<ActorSystem<Void>> gateways = List.of(member("gateway"), member("gateway"), member("gateway"));

    lose(gateways);

    assertThat(services).allMatch(SmallCluster::isUp);
  }

  @Test
  void gateways_that_lose_the_services_end() {
    List<ActorSystem<Void>> services = List.of(member("services"), member("services"));
    List<ActorSystem<Void>> gateways = List.of(member("gateway"), member("gateway"), member("gateway"));

    cluster.lose(services);

    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() ->
        gateways.stream().allMatch(node -> node.getWhenTerminated().toCompletableFuture().isDone()));
  }
}
