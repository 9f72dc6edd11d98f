package io.orderflow.bench;

import com.typesafe.config.Config;
import io.orderflow.simulator.RunningSimulator;
import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.Postgresql;
import io.orderflow.testkit.ShopClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * Kills one of three nodes while sagas are under way, again and again, and tells from the journal how long they stood still, nobody asking
 * for them. For {@code src/bench/recovery/run}.
 */
public final class RecoveryBench {

  private static final int NODES = 3;
  private static final int CLIENTS = 24;
  private static final int WARM_UP = 3;
  private static final Duration LOAD = Duration.ofSeconds(8);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  /** What moved on sooner had not been waiting for the node that died. */
  private static final long AT_ONCE_MILLIS = 1_200;
  /** The sagas that were under way at a time: when each of them moved on, and when the last event of each was written. */
  private static final String UNDER_WAY = "SELECT MIN(write_timestamp) FILTER (WHERE write_timestamp > ?) - ? moved,"
      + " MAX(write_timestamp) - ? ended FROM event_journal WHERE persistence_id LIKE 'saga-order|%' GROUP BY persistence_id"
      + " HAVING MIN(write_timestamp) <= ? AND MAX(write_timestamp) > ? ORDER BY moved";

  private final List<NodeProcess> nodes;
  private final Postgresql postgresql;

  private RecoveryBench(List<NodeProcess> nodes, Postgresql postgresql) {
    this.nodes = nodes;
    this.postgresql = postgresql;
  }

  /** @param args kills, orders per second, milliseconds that the provider takes, the folder for what the run leaves */
  public static void main(String[] args) throws Exception {
    Failures.endTheProgram();
    Path folder = Path.of(args[3]).toAbsolutePath();
    List<NodeProcess> nodes = new ArrayList<>();
    try (Postgresql postgresql = Postgresql.start(); RunningSimulator provider = RunningSimulator.in(folder.resolve("provider"))) {
      Config db = postgresql.settings().getConfig("orderflow.db");
      for (int i = 0; i < NODES; i++) {
        nodes.add(new NodeProcess(folder.resolve("node-" + i), "127.0.0." + (2 + i), Map.of("ORDERFLOW_ROLES", "services",
            "ORDERFLOW_PAYMENT_URL", provider.url(), "ORDERFLOW_DB_URL", db.getString("url"),
            "ORDERFLOW_DB_USER", db.getString("user"), "ORDERFLOW_DB_PASSWORD", db.getString("password"))));
      }
      nodes.forEach(node -> node.joins(nodes));
      nodes.forEach(NodeProcess::launch);
      nodes.forEach(NodeProcess::awaitServing);
      nodes.get(0).shop().stock("tea", 100_000_000);
      provider.faults("{\"latencyMs\":" + Integer.parseInt(args[2]) + "}");
      RecoveryBench bench = new RecoveryBench(nodes, postgresql);
      // Programs that have only just begun to run are slow.
      for (int i = 0; i < WARM_UP; i++) {
        load(Integer.parseInt(args[1]) / (WARM_UP - i), nodes);
        bench.awaitEnds();
      }
      System.out.println("| kill | sagas under way | of which stood still | half of these moved on after | the last moved on after | the last ended after |");
      System.out.println("| --- | --- | --- | --- | --- | --- |");
      for (int kill = 1; kill <= Integer.parseInt(args[0]); kill++) {
        bench.kill(kill, Integer.parseInt(args[1]));
      }
    } finally {
      for (NodeProcess node : nodes) {
        node.close();
      }
    }
    System.exit(0);
  }

  private void kill(int number, int perSecond) throws Exception {
    NodeProcess node = nodes.get(number % NODES);
    load(perSecond, nodes);
    long killed = System.currentTimeMillis();
    node.kill();
    awaitEnds();
    List<Long> moved = new ArrayList<>();
    long ended = 0;
    try (Connection connection = postgresql.connect(); PreparedStatement select = connection.prepareStatement(UNDER_WAY)) {
      for (int i = 1; i <= 5; i++) {
        select.setLong(i, killed);
      }
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          moved.add(found.getLong(1));
          ended = Math.max(ended, found.getLong(2));
        }
      }
    }
    List<Long> still = moved.stream().filter(millis -> millis >= AT_ONCE_MILLIS).toList();
    System.out.printf("| %d, node %d | %d | %d | %.1f s | %.1f s | %.1f s |%n", number, number % NODES, moved.size(), still.size(),
        still.isEmpty() ? 0 : still.get(still.size() / 2) / 1e3, moved.get(moved.size() - 1) / 1e3, ended / 1e3);
    node.start();
    // What the node took over rests before the next one dies.
    Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ofSeconds(5)).until(() -> nodes.stream().allMatch(NodeProcess::serves));
  }

  /** Orders by card for a while; what is asked last is not waited for. */
  private static void load(int perSecond, List<NodeProcess> nodes) throws InterruptedException {
    ScheduledExecutorService clients = Executors.newScheduledThreadPool(CLIENTS);
    AtomicLong turn = new AtomicLong();
    String order = ShopClient.order("tea", 1, ShopClient.card("tok_1"), "DE");
    for (int i = 0; i < CLIENTS; i++) {
      clients.scheduleAtFixedRate(() -> nodes.get((int) (turn.getAndIncrement() % NODES)).shop().post("/api/orders", order).expect(201),
          i * 1_000_000L / perSecond, CLIENTS * 1_000_000L / perSecond, TimeUnit.MICROSECONDS);
    }
    TimeUnit.NANOSECONDS.sleep(LOAD.toNanos());
    clients.shutdown();
  }

  private void awaitEnds() {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> moving() == 0);
  }

  private long moving() throws SQLException {
    try (Connection connection = postgresql.connect(); PreparedStatement count = connection.prepareStatement(
        "SELECT COUNT(*) FROM sagas WHERE state IN ('RUNNING', 'COMPENSATING')"); ResultSet found = count.executeQuery()) {
      found.next();
      return found.getLong(1);
    }
  }
}
