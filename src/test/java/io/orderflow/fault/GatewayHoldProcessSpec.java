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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes with services and a gateway, each a process, on PostgreSQL. Clients send each request once, through the gateway. {@code -Dhold.rate} sets
 * the requests per second.
 */
class GatewayHoldProcessSpec {

  private static final int NODES = 3;
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
  private NodeProcess gateway;
  private Postgresql postgresql;
  private RunningSimulator provider;

  @BeforeEach
  void start() throws Exception {
    postgresql = Postgresql.start();
    provider = RunningSimulator.in(folder.resolve("provider"));
    Config db = postgresql.settings().getConfig("orderflow.db");
    Map<String, String> common = Map.of("ORDERFLOW_RATE_LIMIT_REQUESTS", "0", "ORDERFLOW_GATEWAY_TIMEOUT", TIMEOUT.toSeconds() + "s");
    for (int i = 0; i < NODES; i++) {
      Map<String, String> settings = new HashMap<>(common);
      settings.putAll(Map.of("ORDERFLOW_ROLES", "services", "ORDERFLOW_PAYMENT_URL", provider.url(), "ORDERFLOW_DB_URL", db.getString("url"),
          "ORDERFLOW_DB_USER", db.getString("user"), "ORDERFLOW_DB_PASSWORD", db.getString("password")));
      nodes.add(new NodeProcess(folder.resolve("node-" + i), "127.0.0." + (2 + i), settings));
    }
    Map<String, String> settings = new HashMap<>(common);
    settings.put("ORDERFLOW_ROLES", "gateway");
    gateway = new NodeProcess(folder.resolve("gateway"), "127.0.0." + (2 + NODES), settings);
    nodes.forEach(node -> node.joins(nodes));
    gateway.joins(nodes);
    nodes.forEach(NodeProcess::launch);
    gateway.launch();
    nodes.forEach(node -> node.awaitServing(START));
    gateway.awaitServing(START);
  }

  @AfterEach
  void stop() throws Exception {
    for (NodeProcess node : nodes) {
      node.close();
    }
    gateway.close();
    provider.close();
    postgresql.close();
  }

  @Test
  void a_node_that_is_killed_costs_keyed_requests_time_and_no_answer() throws Exception {
    try (SteadyLoad load = new SteadyLoad(gateway.gateway(), RATE, false)) {
      load.awaitMore(RATE * 5);
      nodes.get(2).kill();
      load.awaitMore(RATE * (int) TIMEOUT.toSeconds());
      List<Outcome> outcomes = report("kill", load);
      assertThat(outcomes).allMatch(outcome -> outcome.millis() < LONGEST_AFTER_A_KILL.toMillis());
    }
  }

  @Test
  void a_database_that_crashes_costs_keyed_requests_time_and_no_answer() throws Exception {
    try (SteadyLoad load = new SteadyLoad(gateway.gateway(), RATE, false)) {
      load.awaitMore(RATE * 5);
      postgresql.crash();
      load.awaitMore(RATE * (int) TIMEOUT.toSeconds());
      report("database", load);
    }
  }

  @Test
  void nodes_that_restart_one_after_the_other_fail_no_request() throws Exception {
    try (SteadyLoad load = new SteadyLoad(gateway.gateway(), RATE, true)) {
      load.awaitMore(RATE * 5);
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

  /** What the clients saw, and that it was answered and done. */
  private static List<Outcome> report(String fault, SteadyLoad load) throws InterruptedException {
    List<Outcome> outcomes = load.end();
    System.out.printf("%s: %s%n", fault, SteadyLoad.summary(outcomes));
    assertThat(outcomes).filteredOn(outcome -> !outcome.isAnswered()).isEmpty();
    load.assertDone();
    return outcomes;
  }
}
