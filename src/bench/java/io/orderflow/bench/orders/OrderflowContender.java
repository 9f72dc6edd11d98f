package io.orderflow.bench.orders;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.bench.Variables;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.SocketFactory;
import org.awaitility.Awaitility;

/** A built program as it ships, on PostgreSQL, without its limit per client; clients come through the gateway of each node. */
final class OrderflowContender extends Contender {

  private static final Path JAR = Path.of("target", "orderflow.jar");
  /** The program of this build. */
  static final List<String> PROGRAM = program(JAR.toString());

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final DurablePostgresql postgresql;
  private final Optional<Protection> protection;
  private final ShopClient shop;
  private final List<ShopClient> managements;

  private OrderflowContender(String name, String database, DurablePostgresql postgresql, List<Node> nodes, List<Map<String, Integer>> ports,
      Optional<Protection> protection) {
    super(name, database, nodes);
    this.postgresql = postgresql;
    this.protection = protection;
    String origin = protection.isPresent() ? "https://127.0.0.1:" : "http://127.0.0.1:";
    this.shop = known(new ShopClient(origin + ports.get(0).get("gateway"), origin + ports.get(0).get("ops")));
    this.managements = ports.stream().map(node -> known(new ShopClient(origin + node.get("management")))).toList();
  }

  private ShopClient known(ShopClient client) {
    return protection.map(how -> client.trusting(how.authority().trusting()).as("Bearer " + how.token())).orElse(client);
  }

  @Override
  SocketFactory sockets() {
    return protection.<SocketFactory>map(how -> how.authority().trusting().getSocketFactory()).orElseGet(super::sockets);
  }

  @Override
  String headers() {
    return protection.map(how -> "Authorization: Bearer " + how.token() + "\r\n").orElse("");
  }

  /** The program of a build, by its jar. */
  static List<String> program(String jar) {
    return List.of("-jar", Path.of(jar).toAbsolutePath().toString());
  }

  /** The program of this build with a cache that {@code bin/orderflow train} has made. The JVM ignores one that was made with other options. */
  static List<String> cached(String cache) {
    return List.of((cache.endsWith(".aot") ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + Path.of(cache).toAbsolutePath(),
        "-cp", JAR.toAbsolutePath().toString(), "io.orderflow.Main");
  }

  /** One node of this build that asks for tokens and speaks HTTPS alone, like {@link #stocked}. */
  static OrderflowContender secured(DurablePostgresql postgresql, Path folder, int providerPort) throws Exception {
    Protection protection = Protection.in(folder);
    return stocked("Orderflow, tokens and TLS", 1, PROGRAM, postgresql, folder, providerPort, protection.settings(), Optional.of(protection));
  }

  /** One node of this build, started, with its products stocked. */
  static OrderflowContender start(DurablePostgresql postgresql, Path folder, int providerPort, Map<String, String> settings) throws Exception {
    OrderflowContender orderflow = stocked("Orderflow", 1, PROGRAM, postgresql, folder, providerPort, settings);
    orderflow.start();
    return orderflow;
  }

  /**
   * Makes a contender whose products are stocked. It is not running: a start that is measured must not be warm from that.
   *
   * @param nodes the nodes of its cluster
   * @param program such as {@link #PROGRAM}
   * @param settings environment variables beside those of this benchmark
   */
  static OrderflowContender stocked(String name, int nodes, List<String> program, DurablePostgresql postgresql, Path folder, int providerPort,
      Map<String, String> settings) throws Exception {
    return stocked(name, nodes, program, postgresql, folder, providerPort, settings, Optional.empty());
  }

  private static OrderflowContender stocked(String name, int nodes, List<String> program, DurablePostgresql postgresql, Path folder, int providerPort,
      Map<String, String> settings, Optional<Protection> protection) throws Exception {
    String database = "shop_" + name.toLowerCase(Locale.ROOT).replaceAll("\\W+", "_");
    postgresql.create(database);
    Map<String, String> common = new HashMap<>(Map.of(
        "ORDERFLOW_ROLES", "services,gateway", "ORDERFLOW_RATE_LIMIT_REQUESTS", "0",
        "ORDERFLOW_PAYMENT_URL", "http://127.0.0.1:" + providerPort,
        "ORDERFLOW_DB_URL", postgresql.url(database), "ORDERFLOW_DB_USER", "postgres", "ORDERFLOW_DB_PASSWORD", "postgres"));
    common.putAll(settings);
    List<Map<String, Integer>> ports = Stream.generate(OrderflowContender::freePorts).limit(nodes).toList();
    if (nodes > 1) {
      common.put("ORDERFLOW_SEED_NODES", ports.stream().map(node -> "127.0.0.1:" + node.get("remoting")).collect(Collectors.joining(",")));
    }
    OrderflowContender orderflow = new OrderflowContender(name, database, postgresql,
        IntStream.range(0, nodes).mapToObj(i -> node(ports.get(i), nodes == 1 ? folder : folder.resolve("node-" + i), program, common)).toList(), ports, protection);
    try (orderflow) {
      // Three nodes that rehearse at once take a minute on two processors.
      orderflow.start(Map.of("ORDERFLOW_REHEARSAL_REQUESTS", "0"));
      for (int i = 0; i < PRODUCTS; i++) {
        orderflow.stock(PRODUCT + i);
      }
      orderflow.stock(HOT);
    }
    return orderflow;
  }

  /** Repeated while a cold program takes too long to answer: the same restock counts once. */
  private void stock(String sku) {
    Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).untilAsserted(() -> shop.stock(sku, STOCK));
  }

  private static Node node(Map<String, Integer> ports, Path folder, List<String> program, Map<String, String> common) {
    Map<String, String> environment = new HashMap<>(common);
    ports.forEach((part, port) -> environment.put("ORDERFLOW_" + part.toUpperCase(Locale.ROOT) + "_PORT", port.toString()));
    return new Node(ports.get(Variables.get("PORT", "gateway")), folder, program, environment);
  }

  /** By part of a node. */
  private static Map<String, Integer> freePorts() {
    return TestNode.freePorts().entrySet().stream().collect(Collectors.toMap(port -> port.getKey().split("\\.")[1], Map.Entry::getValue));
  }

  ShopClient shop() {
    return shop;
  }

  ShopClient management() {
    return managements.get(0);
  }

  @Override
  boolean serves() {
    return managements.stream().allMatch(management -> management.get("/ready").status() == 200);
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
