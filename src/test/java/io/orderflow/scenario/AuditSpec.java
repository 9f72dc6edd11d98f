package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.Audit;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestIssuer;
import io.orderflow.testkit.TestNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Who did what: as lines of the audit logger, and as the actor in events. */
class AuditSpec {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(Audit.LOGGER);
  private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getFormattedMessage());
    }
  };

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
  }

  private List<JsonNode> lines(String path) {
    return lines.stream().map(AuditSpec::parsed).filter(line -> line.path("path").asText().equals(path)).toList();
  }

  /** Waits for a line about the only request for that path. The gateway may have repeated the request, which is recorded each time. */
  private JsonNode expect(String path, String kind, String actor, String method, int status) {
    await().until(() -> lines(path).stream().anyMatch(line -> line.path("status").asInt() == status));
    JsonNode line = lines(path).stream().filter(each -> each.path("status").asInt() == status).findFirst().orElseThrow();
    assertThat(line.path("kind").asText()).isEqualTo(kind);
    assertThat(line.path("actor").asText(null)).isEqualTo(actor);
    assertThat(line.path("method").asText()).isEqualTo(method);
    assertThat(Instant.parse(line.path("at").asText())).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    assertThat(line.path("from").asText()).isEqualTo("127.0.0.1");
    assertThat(lines(path)).extracting(each -> each.path("request").asText()).containsOnly(line.path("request").asText());
    return line;
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (Exception malformed) {
      throw new AssertionError("not JSON: " + line, malformed);
    }
  }

  @Test
  void changes_denials_and_operations_are_recorded_and_reads_are_not(@TempDir Path data) {
    try (TestIssuer issuer = new TestIssuer(); TestNode node = TestNode.start(data, issuer.settings())) {
      ShopClient ada = node.shop().as(issuer.bearer("ada"));
      ShopClient eve = node.shop().as(issuer.bearer("eve"));
      String secret = issuer.token("op", "ops:write", "catalog:write");
      ShopClient operator = node.shop().as("Bearer " + secret);
      operator.stock("tea", 10);
      operator.post("/ops/sagas/none/retry", null).expect(404);
      ada.send("POST", "/api/accounts", "{'accountId':'adas','currency':'EUR'}", "X-Request-Id", "request-of-ada").expect(201);
      ada.post("/api/accounts/adas/deposits", "{'amount':'1.00'}").expect(403);
      ada.get("/api/accounts/adas").expect(200);
      eve.get("/api/accounts/adas").expect(404);
      node.shop().get("/api/products?secret=hidden").expect(401);
      ada.post("/api/orders", ShopClient.order("tea", 1, ShopClient.card("tok_secret"), "DE")).expect(201);
      ada.post("/api/users", "{'name':'Ada'}").expect(400);

      expect("/api/products/tea", "CHANGE", "op", "PUT", 201);
      expect("/ops/sagas/none/retry", "OPERATION", "op", "POST", 404);
      JsonNode opened = expect("/api/accounts", "CHANGE", "ada", "POST", 201);
      assertThat(opened.path("request").asText()).isEqualTo("request-of-ada");
      assertThat(opened.path("issuer").asText()).isEqualTo(TestIssuer.NAME);
      expect("/api/accounts/adas/deposits", "DENIED", "ada", "POST", 403);
      expect("/api/accounts/adas", "DENIED", "eve", "GET", 404);
      expect("/api/products", "DENIED", null, "GET", 401);
      expect("/api/orders", "CHANGE", "ada", "POST", 201);
      expect("/api/users", "CHANGE", "ada", "POST", 400);
      assertThat(String.join("\n", lines)).doesNotContain(secret, "Bearer", "tok_secret", "hidden", "Main St", "'name'");
    }
  }

  @Test
  void requests_of_foreign_names_and_of_other_sites_are_recorded_as_denied(@TempDir Path data) throws Exception {
    try (TestIssuer issuer = new TestIssuer(); TestNode node = TestNode.start(data, issuer.settings())) {
      for (String port : new String[] {"gateway", "ops", "services"}) {
        assertThat(raw(node.port(port), "GET /api/foreign-" + port + "?secret=hidden HTTP/1.1", "Host: rebind.example", "X-Request-Id: id-of-" + port,
            "Authorization: Bearer hidden")).startsWith("HTTP/1.1 421 ").contains("id-of-" + port);
        JsonNode foreign = expect("/api/foreign-" + port, "DENIED", null, "GET", 421);
        assertThat(foreign.path("request").asText()).isEqualTo("id-of-" + port);
        assertThat(raw(node.port(port), "POST /api/cross-" + port + " HTTP/1.1", "Host: localhost", "Origin: https://evil.example",
            "Content-Length: 0")).startsWith("HTTP/1.1 403 ");
        expect("/api/cross-" + port, "DENIED", null, "POST", 403);
      }
      // A client can't put another address into the log.
      raw(node.port("gateway"), "GET /api/forged HTTP/1.1", "Host: rebind.example", "X-Forwarded-For: 192.0.2.1");
      expect("/api/forged", "DENIED", null, "GET", 421);
      raw(node.port("gateway"), "GET /api/products/forged HTTP/1.1", "Host: localhost", "X-Forwarded-For: 192.0.2.1");
      expect("/api/products/forged", "DENIED", null, "GET", 401);
      assertThat(String.join("\n", lines)).doesNotContain("hidden", "192.0.2.1");
    }
  }

  private static String raw(int port, String... lines) throws java.io.IOException {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write((String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void events_name_who_did_it_and_leave_out_what_a_saga_did(@TempDir Path data) {
    try (TestIssuer issuer = new TestIssuer(); TestNode node = TestNode.start(data, issuer.settings())) {
      ShopClient ada = node.shop().as(issuer.bearer("ada"));
      ShopClient service = node.shop().as(issuer.bearer("till", "catalog:write", "accounts:write"));
      service.stock("tea", 10);
      ada.post("/api/accounts", "{'accountId':'adas','currency':'EUR'}").expect(201);
      service.post("/api/accounts/adas/deposits", "{'amount':'10.00'}").expect(200);
      String order = ada.post("/api/orders", ShopClient.order("tea", 1, ShopClient.account("adas"), "DE"), "Idempotency-Key", "first")
          .expect(201).text("orderId");
      assertThat(ada.awaitEnd(order).text("status")).isEqualTo("CONFIRMED");
      String cancelled = ada.post("/api/orders", ShopClient.order("none", 1, ShopClient.account("adas"), "DE")).expect(201).text("orderId");
      assertThat(ada.awaitEnd(cancelled).text("status")).isEqualTo("CANCELLED");

      node.restart();
      assertThat(actors(ada, "/api/accounts/adas/events")).containsExactly("ada", "till", "-");
      assertThat(actors(ada, "/api/orders/" + order + "/events")).containsExactly("ada", "-");
      assertThat(ada.get("/api/accounts/adas").expect(200).text("balance")).isEqualTo("6.50");
      assertThat(ada.get("/api/accounts/adas?atSequence=2").expect(200).text("balance")).isEqualTo("10.00");
    }
  }

  private static List<String> actors(ShopClient client, String path) {
    List<String> actors = new ArrayList<>();
    client.get(path).expect(200).body().path("events").forEach(event -> actors.add(event.path("actor").asText("-")));
    return actors;
  }

  @Test
  void a_node_that_is_open_to_its_machine_records_nothing(@TempDir Path data) {
    try (TestNode node = TestNode.start(data, ConfigFactory.empty())) {
      node.shop().stock("tea", 10);
      node.shop().account("adas", "1.00");
      assertThat(actors(node.shop(), "/api/accounts/adas/events")).containsExactly("-", "-");
      assertThat(lines).isEmpty();
    }
  }

  @Test
  void a_node_that_lets_everybody_in_records_changes_without_an_actor(@TempDir Path data) {
    try (TestNode node = TestNode.start(data, ConfigFactory.parseString("orderflow.security.mode = off"))) {
      node.shop().post("/api/accounts", "{'accountId':'adas','currency':'EUR'}").expect(201);
      expect("/api/accounts", "CHANGE", null, "POST", 201);
    }
  }
}
