package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import io.orderflow.testkit.SmallCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes whose failure detector waits for a minute: only what finds ended processes removes any. */
class EndedProcessesSpec {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration A_WHILE = Duration.ofSeconds(1);

  private final SmallCluster cluster = new SmallCluster("akka.cluster.failure-detector.acceptable-heartbeat-pause = 60s");
  private final List<ActorSystem<Void>> nodes = cluster.nodes();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void the_majority_removes_a_node_whose_port_is_closed() {
    start(3);
    nodes.forEach(node -> EndedProcesses.watch(node, Duration.ofMillis(100)));
    nodes.get(2).terminate();
    List<ActorSystem<Void>> others = nodes.subList(0, 2);
    Awaitility.await().atMost(PATIENCE).until(() -> others.stream().allMatch(node -> SmallCluster.members(node).size() == 2));
    assertThat(others).allMatch(SmallCluster::isUp);
  }

  @Test
  void one_refusal_alone_removes_nobody() {
    start(3);
    Address third = Cluster.get(nodes.get(2)).selfMember().address();
    List<Boolean> answers = new ArrayList<>(List.of(true, false, true, false));
    EndedProcesses ended = new EndedProcesses(Cluster.get(nodes.get(0)), node -> node.equals(third) && answers.remove(0));
    for (int i = 0; i < 4; i++) {
      ended.look();
    }
    assertAllStay();
  }

  @Test
  void a_node_that_is_refused_by_half_of_them_removes_nobody() {
    start(2);
    EndedProcesses ended = new EndedProcesses(Cluster.get(nodes.get(0)), node -> true);
    ended.look();
    ended.look();
    assertAllStay();
  }

  @Test
  void of_two_halves_none_is_a_majority() {
    assertThat(EndedProcesses.isMajority(4, 2)).isFalse();
    assertThat(EndedProcesses.isMajority(4, 3)).isTrue();
    assertThat(EndedProcesses.isMajority(3, 2)).isTrue();
    assertThat(EndedProcesses.isMajority(3, 1)).isFalse();
  }

  private void assertAllStay() {
    Awaitility.await().during(A_WHILE).atMost(PATIENCE).until(() -> areUp(nodes.size()));
  }

  private void start(int number) {
    for (int i = 0; i < number; i++) {
      cluster.join("services");
    }
    Awaitility.await().atMost(PATIENCE).until(() -> areUp(number));
  }

  /** Whether each node sees that many members, all of them up. */
  private boolean areUp(int number) {
    return nodes.stream().map(SmallCluster::members).allMatch(members ->
        members.size() == number && members.stream().allMatch(member -> member.status().equals(MemberStatus.up())));
  }
}
