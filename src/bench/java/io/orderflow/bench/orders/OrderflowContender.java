package io.orderflow.bench.orders;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A built program as it ships, on PostgreSQL, without its limit per client; clients come through its gateway. */
final class OrderflowContender extends Contender {

  private final DurablePostgresql postgresql;
  private final ShopClient shop;
  private final ShopClient management;

  private OrderflowContender(String name, DurablePostgresql postgresql, Path folder, Path jar, Map<String, Integer> ports,
      Map<String, String> environment) throws IOException {
    super(name, databaseOf(name), ports.get(System.getProperty("bench.port", "gateway")), folder,
        List.of("-jar", jar.toAbsolutePath().toString()), environment);
    this.postgresql = postgresql;
    this.shop = new ShopClient("http://127.0.0.1:" + ports.get("gateway"));
    this.management = new ShopClient("http://127.0.0.1:" + ports.get("management"));
  }

  /** Starts the program of this build and stocks its products. */
  static Contender start(DurablePostgresql postgresql, Path folder, int providerPort) throws Exception {
    return start(postgresql, folder, providerPort, Map.of());
  }

  /** Starts the program of another build, to compare it with this one. */
  static Contender before(Path jar, DurablePostgresql postgresql, Path folder, int providerPort) throws Exception {
    return start("Before", postgresql, folder, jar, providerPort, Map.of());
  }

  /** Starts the program of this build with these environment variables. */
  static OrderflowContender start(DurablePostgresql postgresql, Path folder, int providerPort, Map<String, String> settings)
      throws Exception {
    return start("Orderflow", postgresql, folder, Path.of("target", "orderflow.jar"), providerPort, settings);
  }

  private static String databaseOf(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static OrderflowContender start(String name, DurablePostgresql postgresql, Path folder, Path jar, int providerPort,
      Map<String, String> settings) throws Exception {
    postgresql.create(databaseOf(name));
    Map<String, Integer> ports = new HashMap<>();
    TestNode.freePorts().forEach((setting, port) -> ports.put(setting.split("\\.")[1], port));
    Map<String, String> environment = new HashMap<>(Map.of(
        "ORDERFLOW_ROLES", "services,gateway", "ORDERFLOW_RATE_LIMIT_REQUESTS", "0",
        "ORDERFLOW_PAYMENT_URL", "http://127.0.0.1:" + providerPort,
        "ORDERFLOW_DB_URL", postgresql.url(databaseOf(name)), "ORDERFLOW_DB_USER", "postgres", "ORDERFLOW_DB_PASSWORD", "postgres"));
    environment.putAll(settings);
    ports.forEach((part, port) -> environment.put("ORDERFLOW_" + part.toUpperCase(Locale.ROOT) + "_PORT", port.toString()));
    OrderflowContender orderflow = new OrderflowContender(name, postgresql, folder, jar, ports, environment);
    orderflow.awaitServing();
    for (int i = 0; i < PRODUCTS; i++) {
      orderflow.shop.stock(PRODUCT + i, STOCK);
    }
    orderflow.shop.stock(HOT, STOCK);
    return orderflow;
  }

  ShopClient shop() {
    return shop;
  }

  ShopClient management() {
    return management;
  }

  @Override
  boolean serves() {
    return management.get("/ready").status() == 200;
  }

  /** As the views have it; none until they have everything. */
  @Override
  long confirmed() {
    for (JsonNode projection : shop.get("/ops/projections").expect(200).body().path("projections")) {
      if (projection.path("lagEvents").asLong() > 0) {
        return 0;
      }
    }
    JsonNode stats = shop.get("/ops/stats").expect(200).body();
    return stats.path("pending").asLong() > 0 ? 0 : stats.path("confirmed").asLong();
  }

  @Override
  long events() throws Exception {
    return postgresql.number(database(), "SELECT COUNT(*) FROM event_journal");
  }
}
