package io.orderflow.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.orderflow.simulator.RunningSimulator;
import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.Postgresql;
import io.orderflow.testkit.SteadyLoad;
import io.orderflow.testkit.SteadyLoad.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes with services and two gateways, each a process, on PostgreSQL. Clients send each request once, through the gateways in turn. {@code -Dhold.rate} sets
 * the requests per second.
 */
class GatewayHoldProcessSpec {

  private static final int NODES = 3;
  private static final int GATEWAYS = 2;
  private static final int RATE = Integer.getInteger("hold.rate", 20);
  /** How long the gateway may hold a request here: longer than the others need to take over from a node that was killed. */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** Within which the others take over from a node that was killed, on a busy machine. The time limit, and not an answer's, decides about failures. */
  private static final Duration LONGEST_AFTER_A_KILL = Duration.ofSeconds(18);
  /** A node starts slowly while the others serve on the same machine. */
  private static final Duration START = Duration.ofMinutes(3);

  /** Kept when the spec fails: the logs of the nodes. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final List<NodeProcess> gateways = new ArrayList<>();
  private Postgresql postgresql;
  private RunningSimulator provider;

  @BeforeEach
  void start() throws Exception {
    postgresql = Postgresql.start();
    provider = RunningSimulator.in(folder.resolve("provider"));
    for (int i = 0; i < NODES; i++) {
      nodes.add(services(i));
    }
    for (int i = 0; i < GATEWAYS; i++) {
      gateways.add(node(NODES + i, Map.of("ORDERFLOW_ROLES", "gateway")));
    }
    List<NodeProcess> all = Stream.concat(nodes.stream(), gateways.stream()).toList();
    all.forEach(node -> node.joins(nodes));
    all.forEach(NodeProcess::launch);
    all.forEach(node -> node.awaitServing(START));
  }

  private NodeProcess services(int number) {
    Config db = postgresql.settings().getConfig("orderflow.db");
    return node(number, Map.of("ORDERFLOW_ROLES", "services", "ORDERFLOW_PAYMENT_URL", provider.url(), "ORDERFLOW_DB_URL", db.getString("url"),
        "ORDERFLOW_DB_USER", db.getString("user"), "ORDERFLOW_DB_PASSWORD", db.getString("password")));
  }

  private NodeProcess node(int number, Map<String, String> settings) {
    Map<String, String> environment = new HashMap<>(settings);
    // Refusals by nodes on a crowded machine are not what this is about, nor is the time that five processes on it need to compile well: they
    // compile quickly, and are warm when they are ready, as by default.
    environment.putAll(Map.of("ORDERFLOW_RATE_LIMIT_REQUESTS", "0", "ORDERFLOW_ADMISSION_DELAY", "0s", "ORDERFLOW_GATEWAY_TIMEOUT", TIMEOUT.toSeconds() + "s",
        "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1", "ORDERFLOW_REHEARSAL_REQUESTS", "20"));
    return new NodeProcess(folder.resolve("node-" + number), "127.0.0." + (2 + number), environment);
  }

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
    for (NodeProcess gateway : gateways) {
      gateway.close();
    }
    provider.close();
    postgresql.close();
  }

  @Test
  void a_node_that_is_killed_costs_keyed_requests_time_and_no_answer() throws Exception {
    try (SteadyLoad load = load(false)) {
      load.awaitCalm();
      nodes.get(2).kill();
      load.awaitMore(RATE * (int) TIMEOUT.toSeconds());
      List<Outcome> outcomes = report("kill", load);
      assertThat(outcomes).allMatch(outcome -> outcome.millis() < LONGEST_AFTER_A_KILL.toMillis());
    }
  }

  @Test
  void a_database_that_crashes_costs_keyed_requests_time_and_no_answer() throws Exception {
    try (SteadyLoad load = load(false)) {
      load.awaitCalm();
      postgresql.crash();
      load.awaitMore(RATE * (int) TIMEOUT.toSeconds());
      report("database", load);
    }
  }

  @Test
  void nodes_that_restart_one_after_the_other_fail_no_request() throws Exception {
    try (SteadyLoad load = load(true)) {
      load.awaitCalm();
      for (NodeProcess node : nodes) {
        node.stop();
        load.awaitMore(RATE);
        node.launch();
        node.awaitServing(START);
        load.awaitMore(RATE * 2);
      }
      report("rolling restart", load);
    }
  }

  @Test
  void nodes_that_come_and_go_fail_no_request() throws Exception {
    try (SteadyLoad load = load(true)) {
      load.awaitCalm();
      NodeProcess fourth = services(NODES + GATEWAYS);
      nodes.add(fourth);
      fourth.joins(nodes.subList(0, NODES));
      fourth.launch();
      fourth.awaitServing(START);
      load.awaitMore(RATE * 15);
      nodes.get(0).stop();
      load.awaitMore(RATE * 5);
      fourth.stop();
      load.awaitMore(RATE * 5);
      report("four nodes, then two", load);
    }
  }

  @Test
  void a_gateway_that_is_killed_costs_its_own_open_connections() throws Exception {
    try (SteadyLoad load = load(true)) {
      load.awaitCalm();
      gateways.get(1).kill();
      load.awaitMore(RATE * 2);
      int lost = load.broken().size();
      load.awaitMore(RATE * 5);
      assertThat(load.broken()).as("requests that were lost later").hasSize(lost).allMatch(outcome -> outcome.gateway() == 1 && outcome.status() == 0);
      System.out.printf("gateway: %d requests of the one that was killed were lost; %s%n", lost, SteadyLoad.summary(load.end()));
      load.assertDone(gateways.get(0).gateway());
    }
  }

  private SteadyLoad load(boolean unkeyed) {
    return new SteadyLoad(gateways.stream().map(NodeProcess::gateway).toList(), RATE, unkeyed);
  }

  /** What the clients saw, and that it was answered and done. */
  private List<Outcome> report(String fault, SteadyLoad load) throws InterruptedException {
    List<Outcome> outcomes = load.end();
    System.out.printf("%s: %s%n", fault, SteadyLoad.summary(outcomes));
    assertThat(load.broken()).isEmpty();
    load.assertDone(gateways.get(0).gateway());
    return outcomes;
  }
}
