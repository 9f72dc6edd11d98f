package io.orderflow.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.Postgresql;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestIssuer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person at the console, in Debian's Chromium, while nodes of the real program die: {@code src/test/browser/console.js}. Needs chromium, node and
 * {@code npm ci --prefix src/test/browser}; without them it is skipped. {@code src/test/browser/pictures} has it take the screenshots of the documents.
 */
class ConsoleProcessSpec {

  private static final Path SCRIPTS = Path.of("src/test/browser").toAbsolutePath();
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Duration LIMIT = Duration.ofMinutes(8);

  /** Kept when the spec fails: the logs of the nodes and of the browser. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;
  private volatile boolean refunds;
  private volatile boolean outage;
  private List<NodeProcess> nodes;

  @BeforeEach
  void needsBrowser() {
    assumeThat(Files.isExecutable(CHROMIUM)).as("%s is missing: apt-get install chromium", CHROMIUM).isTrue();
    assumeThat(SCRIPTS.resolve("node_modules/playwright-core").toFile().isDirectory())
        .as("playwright-core is missing: npm ci --prefix src/test/browser").isTrue();
  }

  @Test
  void people_sign_in_by_a_token_or_at_the_issuer_and_see_what_they_may_not_do() throws Exception {
    outage = true;
    HttpServer provider = server();
    provider.createContext("/charges", this::charge);
    try (TestIssuer issuer = new TestIssuer(); NodeProcess node = new NodeProcess(folder.resolve("node"), Map.of("ORDERFLOW_SECURITY_MODE", "jwt",
        "ORDERFLOW_AUTH_ISSUER", TestIssuer.NAME, "ORDERFLOW_AUTH_AUDIENCE", TestIssuer.AUDIENCE, "ORDERFLOW_AUTH_JWKS", issuer.jwks(),
        "ORDERFLOW_CONSOLE_CLIENT_ID", TestIssuer.CONSOLE, "ORDERFLOW_CONSOLE_AUTHORIZATION_ENDPOINT", issuer.authorizationEndpoint(),
        "ORDERFLOW_CONSOLE_TOKEN_ENDPOINT", issuer.tokenEndpoint(), "ORDERFLOW_ROLES", "services,gateway",
        "ORDERFLOW_PAYMENT_URL", "http://127.0.0.1:" + provider.getAddress().getPort()))) {
      node.start();
      ShopClient shop = node.gateway().as(issuer.bearer("shop", "catalog:write", "orders:write"));
      stock(shop, "tea");
      String order = shop.post("/api/orders", ShopClient.order("tea", 1, ShopClient.card("tok_1"), "DE")).expect(201).text("orderId");
      int faults = browser("reader.js", Map.of("OPS", node.address("ops"), "ISSUER", issuer.tokenEndpoint(),
          "READER", issuer.token("reader", "ops:read"), "ORDER", order));
      assertThat(faults).as(Files.readString(log())).isZero();
      assertThat(folder.resolve("node/node.log")).content().doesNotContain("eyJ", "code=");
    } finally {
      provider.stop(0);
    }
  }

  @Test
  void a_person_finds_an_order_understands_it_and_mends_it_while_a_node_is_killed() throws Exception {
    HttpServer provider = server();
    provider.createContext("/charges", this::charge);
    provider.createContext("/refunds", call -> answer(call, outage ? 503 : refunds ? 200 : 422, "{\"status\":\"refunded\"}"));
    HttpServer control = server();
    control.createContext("/", this::obey);
    try (Postgresql postgresql = Postgresql.start()) {
      nodes = nodes(postgresql.fresh().getConfig("orderflow.db"), provider.getAddress().getPort());
      nodes.forEach(node -> node.joins(nodes));
      nodes.forEach(NodeProcess::start);
      ShopClient shop = nodes.get(0).gateway();
      stock(shop, "tea");
      stock(shop, "cup");
      String shots = System.getProperty("console.shots", "");
      int faults = browser("console.js", Map.of("OPS", nodes.get(0).address("ops"), "SHOP", nodes.get(0).address("gateway"),
          "CONTROL", "http://127.0.0.1:" + control.getAddress().getPort(), "SHOTS", shots.isEmpty() ? "" : Path.of(shots).toAbsolutePath().toString()));
      assertThat(faults).as(Files.readString(log())).isZero();
    } finally {
      for (NodeProcess node : nodes == null ? List.<NodeProcess>of() : nodes) {
        node.close();
      }
      provider.stop(0);
      control.stop(0);
    }
  }

  /** The first requests of a cold node may take longer than its gateway waits, and products may still move to a node that has joined. */
  private static void stock(ShopClient shop, String sku) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> shop.stock(sku, 1000));
  }

  private List<NodeProcess> nodes(Config db, int provider) {
    Map<String, String> environment = Map.of("ORDERFLOW_ROLES", "services,gateway", "ORDERFLOW_PAYMENT_URL", "http://127.0.0.1:" + provider,
        "ORDERFLOW_DB_URL", db.getString("url"), "ORDERFLOW_DB_USER", db.getString("user"), "ORDERFLOW_DB_PASSWORD", db.getString("password"),
        "ORDERFLOW_RATE_LIMIT_REQUESTS", "0", "ORDERFLOW_BREAKER_OPEN", "2s");
    return IntStream.range(0, 2).mapToObj(i -> {
      Path own = folder.resolve("node-" + i);
      settle(own);
      String host = "127.0.0." + (2 + i);
      Map<String, String> here = new HashMap<>(environment);
      here.put("ORDERFLOW_OPS_BIND", host);
      return new NodeProcess(own, host, here);
    }).toList();
  }

  private static void settle(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("application.conf"), "orderflow.sagas.compensation-defaults { max-attempts = 3, max-backoff = 200ms }\n"
          // A machine that other programs use too is slow to beat. A killed node is found by its closed port.
          + "akka.cluster.failure-detector.acceptable-heartbeat-pause = 10s\n");
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private Path log() {
    return folder.resolve("browser.log");
  }

  private int browser(String script, Map<String, String> environment) throws Exception {
    ProcessBuilder command = new ProcessBuilder("node", SCRIPTS.resolve(script).toString()).directory(SCRIPTS.toFile())
        .redirectErrorStream(true).redirectOutput(log().toFile());
    command.environment().putAll(environment);
    Process browser = command.start();
    if (!browser.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      browser.destroyForcibly();
      return -1;
    }
    return browser.exitValue();
  }

  private static HttpServer server() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    return server;
  }

  private void charge(HttpExchange call) throws IOException {
    String body = new String(call.getRequestBody().readAllBytes(), UTF_8);
    if (outage) {
      answer(call, 503, "{}");
    } else if (body.contains("tok_declined")) {
      answer(call, 402, "{\"status\":\"declined\",\"reason\":\"the card was declined\"}");
    } else {
      answer(call, 200, "{\"transactionId\":\"tx-" + Integer.toHexString(body.hashCode()) + "\",\"status\":\"succeeded\"}");
    }
  }

  /** What the script asks of the world around the console. */
  private void obey(HttpExchange call) throws IOException {
    try {
      switch (call.getRequestURI().getPath()) {
        case "/refunds/on" -> refunds = true;
        case "/outage/on" -> outage = true;
        case "/outage/off" -> outage = false;
        case "/kill" -> nodes.get(1).kill();
        case "/restart" -> {
          nodes.get(1).start();
          Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> nodes.get(0).hasMember(nodes.get(1)));
        }
        default -> throw new IllegalArgumentException(call.getRequestURI().toString());
      }
      answer(call, 200, "{}");
    } catch (Exception failure) {
      answer(call, 500, "{\"detail\":\"" + failure + "\"}");
    }
  }

  private static void answer(HttpExchange call, int status, String body) throws IOException {
    call.getRequestBody().readAllBytes();
    call.getResponseHeaders().add("Content-Type", "application/json");
    call.sendResponseHeaders(status, body.getBytes(UTF_8).length);
    call.getResponseBody().write(body.getBytes(UTF_8));
    call.close();
  }
}
