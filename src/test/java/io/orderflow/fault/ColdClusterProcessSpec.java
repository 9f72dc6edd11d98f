package io.orderflow.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.orderflow.simulator.RunningSimulator;
import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.Placed;
import io.orderflow.testkit.Postgresql;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Three service nodes and two gateways, started all at once: whoever says that it is ready serves, from its first request on. */
class ColdClusterProcessSpec {

  private static final int SERVICES = 3;
  private static final int GATEWAYS = 2;
  private static final int ORDERS_PER_SECOND = 3;
  /** Five processes that start at once on two busy processors take their time. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final String ORDER =
      new Placed.Wanted("ada", List.of(new Placed.Line("tea", 1)), "tok_visa", null, "DE").body();

  /** Kept when the spec fails: the logs of the nodes. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;
  private final int orders = Integer.getInteger("cold.orders", 30);
  private final List<NodeProcess> services = new ArrayList<>();
  private final List<NodeProcess> gateways = new ArrayList<>();

  @Test
  void the_first_orders_after_ready_are_accepted_through_every_gateway() throws Exception {
    try (Postgresql postgresql = Postgresql.start(); RunningSimulator provider = RunningSimulator.in(folder.resolve("provider"))) {
      long began = System.nanoTime();
      launch(postgresql, provider);
      System.out.printf("ready after %d ms%n", (System.nanoTime() - began) / 1_000_000);
      gateways.get(0).gateway().stock("tea", 1_000_000);
      List<Integer> statuses = placeOrders();
      assertThat(statuses).hasSize(orders).containsOnly(201);
    } finally {
      for (NodeProcess node : services) {
        node.close();
      }
      for (NodeProcess node : gateways) {
        node.close();
      }
    }
  }

  private void launch(Postgresql postgresql, RunningSimulator provider) {
    Config db = postgresql.settings().getConfig("orderflow.db");
    for (int i = 0; i < SERVICES; i++) {
      services.add(node("services", 2 + i, Map.of("ORDERFLOW_PAYMENT_URL", provider.url(), "ORDERFLOW_DB_URL", db.getString("url"),
          "ORDERFLOW_DB_USER", db.getString("user"), "ORDERFLOW_DB_PASSWORD", db.getString("password"))));
    }
    for (int i = 0; i < GATEWAYS; i++) {
      gateways.add(node("gateway", 2 + SERVICES + i, Map.of("ORDERFLOW_RATE_LIMIT_REQUESTS", "0")));
    }
    List<NodeProcess> all = new ArrayList<>(services);
    all.addAll(gateways);
    all.forEach(node -> node.joins(services));
    all.forEach(NodeProcess::launch);
    all.forEach(node -> node.awaitServing(PATIENCE));
  }

  private NodeProcess node(String role, int number, Map<String, String> variables) {
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("ORDERFLOW_ROLES", role);
    environment.put("ORDERFLOW_REHEARSAL_REQUESTS", System.getProperty("cold.rehearsal", "20"));
    environment.put("ORDERFLOW_REHEARSAL_LIMIT", PATIENCE.toSeconds() + "s");
    return new NodeProcess(folder.resolve(role + number), "127.0.0." + number, environment);
  }

  /** At an even pace, whatever becomes of those before, to the gateways in turn. */
  private List<Integer> placeOrders() throws Exception {
    ExecutorService customers = Executors.newCachedThreadPool();
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    try {
      List<Future<Future<Integer>>> placed = new ArrayList<>();
      for (int i = 0; i < orders; i++) {
        ShopClient gateway = gateways.get(i % GATEWAYS).gateway();
        placed.add(clock.schedule(() -> customers.submit(() -> place(gateway)), i * 1000L / ORDERS_PER_SECOND, TimeUnit.MILLISECONDS));
      }
      List<Integer> statuses = new ArrayList<>();
      for (Future<Future<Integer>> order : placed) {
        statuses.add(order.get().get());
      }
      return statuses;
    } finally {
      clock.shutdownNow();
      customers.shutdownNow();
    }
  }

  /** @return the status; 0 when the connection broke */
  private static int place(ShopClient gateway) {
    long began = System.nanoTime();
    int status = 0;
    try {
      Answer answer = gateway.post("/api/orders", ORDER);
      status = answer.status();
    } catch (UncheckedIOException broken) {
      // Told by 0.
    }
    System.out.printf("%d after %d ms%n", status, (System.nanoTime() - began) / 1_000_000);
    return status;
  }
}
