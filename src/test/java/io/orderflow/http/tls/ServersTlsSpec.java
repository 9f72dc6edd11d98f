package io.orderflow.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.TestAuthority;
import io.orderflow.testkit.TestNode;
import io.orderflow.testkit.TlsClient;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node whose ports speak HTTPS. */
class ServersTlsSpec {

  private static final String NAMES = "dns:localhost,ip:127.0.0.1";

  @TempDir
  private static Path folder;
  private static TestAuthority authority;
  private static TestAuthority.Pair pair;
  private static TestNode node;
  private static TlsClient client;

  @BeforeAll
  static void start() {
    authority = new TestAuthority(folder, "authority");
    pair = authority.issue(NAMES);
    Config settings = ConfigFactory.parseMap(Map.of("orderflow.tls.certificate", pair.certificate().toString(),
        "orderflow.tls.key", pair.key().toString(), "orderflow.tls.ca", authority.certificate().toString()));
    node = TestNode.start(folder.resolve("data"), settings);
    client = new TlsClient(authority);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void every_port_for_HTTP_speaks_HTTPS() {
    assertThat(client.get(node.port("gateway"), "/api/products").statusCode()).isEqualTo(200);
    assertThat(client.get(node.port("services"), "/api/products").statusCode()).isEqualTo(200);
    assertThat(client.get(node.port("ops"), "/ops/stats").statusCode()).isEqualTo(200);
    assertThat(client.get(node.port("management"), "/ready").statusCode()).isEqualTo(200);
    assertThat(client.get(node.port("management"), "/metrics").body()).contains("orderflow_");
    assertThat(client.get(node.port("provider"), "/calls").statusCode()).isEqualTo(200);
  }

  @Test
  void an_order_is_paid_at_the_simulator_of_the_node() {
    int port = node.port("gateway");
    client.send("PUT", port, "/api/products/tea", "{\"name\":\"Tea\",\"price\":\"3.50\",\"currency\":\"EUR\"}");
    client.send("POST", port, "/api/products/tea/restocks", "{\"quantity\":5}");
    String order = "{\"customerId\":\"ada\",\"currency\":\"EUR\",\"items\":[{\"sku\":\"tea\",\"quantity\":1,\"unitPrice\":\"3.50\"}],"
        + "\"payment\":{\"method\":\"card\",\"token\":\"tok_visa\"},\"shippingAddress\":{\"name\":\"Ada\",\"street\":\"1 Main St\","
        + "\"city\":\"Berlin\",\"postalCode\":\"10115\",\"country\":\"DE\"}}";
    String placed = client.send("POST", port, "/api/orders", order).headers().firstValue("Location").orElseThrow();
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> client.get(port, placed).body(), body -> body.contains("CONFIRMED"));
  }

  @Test
  void clients_that_offer_HTTP2_get_it_and_browsers_are_told_to_stay_with_HTTPS() {
    HttpResponse<String> answer = client.get(node.port("gateway"), "/api/products");
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.headers().allValues("Strict-Transport-Security")).containsExactly("max-age=31536000");
  }

  @Test
  void a_client_without_TLS_gets_no_answer() throws IOException {
    try (Socket socket = new Socket("localhost", node.port("gateway"))) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write("GET /api/products HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)).doesNotContain("HTTP/");
    }
  }

  @Test
  void a_client_that_believes_another_authority_does_not_go_on() {
    TlsClient stranger = new TlsClient(new TestAuthority(folder, "stranger"));
    assertThatThrownBy(() -> stranger.ask(node.port("gateway"), "/api/products")).isInstanceOf(javax.net.ssl.SSLHandshakeException.class);
  }

  @Test
  void the_certificate_is_exchanged_under_load_and_no_request_fails() throws Exception {
    int[] ports = {node.port("gateway"), node.port("services"), node.port("ops")};
    String[] paths = {"/api/products", "/api/products", "/ops/stats"};
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    AtomicInteger answered = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService clients = Executors.newCachedThreadPool();
    for (int i = 0; i < ports.length; i++) {
      int port = ports[i];
      String path = paths[i];
      clients.execute(() -> repeat(over, answered, failures, () -> {
        String said = client.ask(port, path);
        return said.matches("[0-9]+") ? OK : port + " new connection: <" + said + ">";
      }));
      TlsClient keeps = new TlsClient(authority);
      clients.execute(() -> repeat(over, answered, failures, () -> {
        HttpResponse<String> answer = keeps.get(port, path);
        return answer.statusCode() == 200 ? OK : port + " " + answer.statusCode() + " " + answer.body();
      }));
    }
    try {
      for (int round = 0; round < 3; round++) {
        TestAuthority.Pair next = authority.issue(NAMES);
        String expected = TestAuthority.serial(next);
        int before = answered.get();
        pair.replaceBy(next);
        for (String port : new String[] {"gateway", "services", "ops"}) {
          String path = port.equals("ops") ? "/ops/stats" : "/api/products";
          Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> client.ask(node.port(port), path), expected::equals);
        }
        Awaitility.await().until(() -> client.ask(node.port("management"), "/ready"), expected::equals);
        Awaitility.await().until(() -> answered.get() > before + 50);
      }
    } finally {
      over.set(true);
      clients.shutdown();
      assertThat(clients.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(failures).isEmpty();
  }

  private static final String OK = "200";

  private interface Request {
    /** What was answered instead of 200; {@link #OK} for that. */
    String otherAnswer() throws Exception;
  }

  private static void repeat(AtomicBoolean over, AtomicInteger answered, Queue<String> failures, Request request) {
    while (!over.get()) {
      try {
        String other = request.otherAnswer();
        if (other.equals(OK)) {
          answered.incrementAndGet();
        } else {
          failures.add(other);
        }
      } catch (Exception failure) {
        failures.add(failure.toString());
      }
    }
  }
}
