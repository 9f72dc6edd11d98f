package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestNode;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers by which browsers neither guess the type of an answer nor keep it, at every port of a node. */
@TestInstance(Lifecycle.PER_CLASS)
class SecurityHeadersSpec {

  @TempDir
  private static Path data;
  private TestNode node;

  @BeforeAll
  void start() {
    node = TestNode.start(data, ConfigFactory.empty());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  private static List<String> values(ShopClient.Answer answer, String name) {
    return answer.headers().allValues(name);
  }

  @ParameterizedTest
  @CsvSource({"gateway, /api/products, 200", "gateway, /api/products/none, 404", "gateway, /api/none, 404", "gateway, /none, 404",
      "gateway, /api/%2e%2e/none, 400", "gateway, /ops/stats, 404", "ops, /ops/stats, 200", "ops, /none, 404", "services, /api/products, 200",
      "services, /none, 404", "management, /alive, 200", "management, /ready, 200", "management, /metrics, 200", "management, /none, 404",
      "management, /cluster/members, 200", "management, /cluster/domain-events, 404", "provider, /calls, 200", "provider, /ledger, 200",
      "provider, /none, 404"})
  void every_answer_has_them(String port, String path, int status) {
    ShopClient client = new ShopClient("http://127.0.0.1:" + node.port(port));
    for (String method : new String[] {"GET", "HEAD"}) {
      ShopClient.Answer answer = client.send(method, path, null).expect(status);
      assertThat(values(answer, "X-Content-Type-Options")).as(method).containsExactly("nosniff");
      assertThat(values(answer, "Cache-Control")).as(method).containsExactly("no-store");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/openapi.json", "/docs", "/docs/problems"})
  void the_document_may_be_compared_with_a_copy(String path) {
    ShopClient.Answer answer = node.gateway().get(path).expect(200);
    assertThat(values(answer, "X-Content-Type-Options")).containsExactly("nosniff");
    assertThat(values(answer, "Cache-Control")).containsExactly("no-cache");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway", "ops", "services", "management", "provider"})
  void a_request_that_is_no_http_is_answered_with_them(String port) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", node.port(port))) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
      assertThat(answer).startsWith("http/1.1 400").contains("application/problem+json", "x-content-type-options: nosniff", "cache-control: no-store");
    }
  }

  @Test
  void a_name_that_is_not_the_nodes_is_refused_with_them() {
    ShopClient.Answer answer = node.gateway().send("POST", "/api/orders", "{}", "Origin", "https://evil.example").expect(403);
    assertThat(values(answer, "X-Content-Type-Options")).containsExactly("nosniff");
    assertThat(values(answer, "Cache-Control")).containsExactly("no-store");
  }
}
