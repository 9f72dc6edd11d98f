package io.orderflow.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.ShopClient.Answer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Three service nodes on one database, each a process at a loopback address of its own. */
final class ProcessCluster implements AutoCloseable {

  static final int NODES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final List<NodeProcess> nodes;

  /**
   * Prepares the nodes; {@link #start} starts them.
   *
   * @param db the settings below {@code orderflow.db}
   */
  ProcessCluster(Path folder, Config db, String providerUrl) {
    Map<String, String> environment = new HashMap<>(Map.of("ORDERFLOW_ROLES", "services", "ORDERFLOW_PAYMENT_URL", providerUrl,
        "ORDERFLOW_DB_URL", db.getString("url"), "ORDERFLOW_DB_USER", db.getString("user"), "ORDERFLOW_DB_PASSWORD", db.getString("password"),
        "ORDERFLOW_BREAKER_OPEN", "1s"));
    nodes = IntStream.range(0, NODES).mapToObj(i -> new NodeProcess(folder.resolve("node-" + i), "127.0.0." + (2 + i), environment)).toList();
  }

  List<NodeProcess> nodes() {
    return nodes;
  }

  void start() {
    nodes.forEach(node -> node.joins(nodes));
    nodes.forEach(NodeProcess::launch);
    nodes.forEach(NodeProcess::awaitServing);
  }

  /** Waits until one of the nodes that serve says that the orders have ended. */
  static void awaitEnds(List<String> orders, List<NodeProcess> serving) {
    for (String order : orders) {
      try {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).ignoreExceptions()
            .until(() -> serving.stream().filter(NodeProcess::serves).findFirst()
                .map(node -> node.shop().get("/api/orders/" + order).text("status"))
                .filter(Set.of("CONFIRMED", "CANCELLED")::contains), Optional::isPresent);
      } catch (ConditionTimeoutException tooLong) {
        throw new AssertionError("order " + order + " has not ended:" + serving.stream().map(node -> sees(node, order)).toList(), tooLong);
      }
    }
  }

  /** A node's answers about the order and its saga, for whoever has to find out why it has not ended. */
  private static String sees(NodeProcess node, String order) {
    if (!node.serves()) {
      return "\ndoes not serve";
    }
    return Stream.of("/api/orders/" + order, "/ops/orders/" + order + "/timeline", "/ops/payments/queue").map(path -> {
      try {
        Answer answer = node.shop().get(path);
        return "\n" + path + ": " + answer.status() + " " + answer.body();
      } catch (UncheckedIOException none) {
        return "\n" + path + ": " + none;
      }
    }).collect(Collectors.joining());
  }

  /** Waits until the views have come after the journal again, whoever has to carry them now. */
  void awaitViews() {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
      for (JsonNode view : nodes.get(0).shop().get("/ops/projections").expect(200).body().path("projections")) {
        assertThat(view.path("state").asText()).as(view.toString()).isEqualTo("RUNNING");
        assertThat(view.path("parked").asInt(-1)).as(view.toString()).isZero();
        assertThat(view.path("lagSeconds").asDouble()).as(view.toString()).isLessThan(5);
      }
    });
  }

  /** Starts again what has died, until all of them serve. */
  void awaitAllServe() {
    Awaitility.await().atMost(PATIENCE.multipliedBy(2)).pollInterval(Duration.ofMillis(100)).until(() -> {
      nodes.stream().filter(node -> !node.isAlive()).forEach(NodeProcess::launch);
      return nodes.stream().allMatch(NodeProcess::serves);
    });
  }

  @Override
  public void close() throws InterruptedException {
    for (NodeProcess node : nodes) {
      node.close();
    }
  }
}
