package io.orderflow;


import com.typesafe.config.Config;
import io.orderflow.provider.RunningSimulator;
import io.orderflow.store.Postgresql;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes on PostgreSQL, each a process at a loopback address of its own, under load while at random nodes are killed, frozen for
 * longer than the others wait for them or restarted in turn, PostgreSQL crashes and the payment provider fails. Afterwards the books must
 * balance. {@code -Dcluster.seed} repeats a run's dice, {@code -Dcluster.faults} makes it longer.
 */
class ClusterProcessSpec {

  private static final int NODES = 3;
  /** All of them come by in an order that the dice decide, then again in another. */
  private static final List<String> FAULTS = List.of("kill", "freeze", "database", "provider", "restart all");

  /** Kept when the spec fails: the logs of the nodes. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;
  private final long seed = Long.getLong("cluster.seed", System.nanoTime());
  private final int faults = Integer.getInteger("cluster.faults", FAULTS.size());
  private final SplittableRandom dice = new SplittableRandom(seed);
  private final List<NodeProcess> nodes = new ArrayList<>();

  @Test
  void whatever_dies_every_order_ends_and_the_books_balance() throws Exception {
    System.out.println("seed " + seed);
    try (Postgresql postgresql = Postgresql.start(); RunningSimulator provider = RunningSimulator.in(folder.resolve("provider"))) {
      launch(postgresql, provider);
      try (Shoppers shoppers = new Shoppers(nodes, dice.split(), 5)) {
        List<String> next = new ArrayList<>();
        for (int i = 0; i < faults; i++) {
          if (next.isEmpty()) {
            next.addAll(FAULTS);
            java.util.Collections.shuffle(next, new Random(dice.nextLong()));
          }
          shoppers.awaitMore(50 + dice.nextInt(200));
          meet(next.remove(0), shoppers, postgresql, provider);
          allServe();
        }
        shoppers.awaitMore(50);
        shoppers.awaitEnds();
        System.out.printf("%d orders answered, %d requests without an answer, %s%n",
            shoppers.answered(), shoppers.unanswered(), shoppers.ends());
        shoppers.assertBooksBalance(provider.ledger());
      }
    } finally {
      for (NodeProcess node : nodes) {
        node.close();
      }
    }
  }

  private void launch(Postgresql postgresql, RunningSimulator provider) {
    Config db = postgresql.settings().getConfig("orderflow.db");
    for (int i = 0; i < NODES; i++) {
      nodes.add(new NodeProcess(folder.resolve("node-" + i), "127.0.0." + (2 + i), Map.of(
          "ORDERFLOW_ROLES", "services", "ORDERFLOW_PAYMENT_URL", provider.url(), "ORDERFLOW_DB_URL", db.getString("url"),
          "ORDERFLOW_DB_USER", db.getString("user"), "ORDERFLOW_DB_PASSWORD", db.getString("password"),
          "ORDERFLOW_BREAKER_OPEN", "1s")));
    }
    nodes.forEach(node -> node.joins(nodes));
    nodes.forEach(NodeProcess::launch);
    nodes.forEach(NodeProcess::awaitServing);
  }

  private void meet(String fault, Shoppers shoppers, Postgresql postgresql, RunningSimulator provider) throws Exception {
    NodeProcess node = nodes.get(dice.nextInt(NODES));
    List<NodeProcess> others = nodes.stream().filter(other -> other != node).toList();
    List<String> underWay = shoppers.latest(20);
    long began = System.nanoTime();
    switch (fault) {
      case "kill" -> {
        node.kill();
        awaitEnds(underWay, others);
        report(fault, nodes.indexOf(node), began);
        node.launch();
      }
      case "freeze" -> {
        node.freeze();
        awaitEnds(underWay, others);
        report(fault, nodes.indexOf(node), began);
        node.thaw();
        // It finds that the others have gone on without it, and ends.
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !node.isAlive());
        node.launch();
      }
      case "database" -> {
        postgresql.crash();
        awaitEnds(underWay, nodes);
        report(fault, -1, began);
      }
      case "provider" -> {
        provider.faults(dice.nextBoolean() ? "{\"loseAnswers\":true}" : "{\"outage\":true}");
        shoppers.awaitMore(50);
        provider.faults("{}");
        report(fault, -1, began);
      }
      default -> {
        for (NodeProcess each : nodes) {
          each.stop();
          each.start();
        }
        report(fault, -1, began);
      }
    }
  }

  private void awaitEnds(List<String> orders, List<NodeProcess> serving) {
    for (String order : orders) {
      Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).ignoreExceptions()
          .until(() -> Set.of("CONFIRMED", "CANCELLED").contains(serving.get(0).shop().get("/api/orders/" + order).text("status")));
    }
  }

  private void allServe() {
    nodes.forEach(NodeProcess::awaitServing);
  }

  private static void report(String fault, int node, long began) {
    System.out.printf("%s%s: over after %d ms%n", fault, node < 0 ? "" : " node " + node,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
  }
}
