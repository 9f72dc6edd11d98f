package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Routes;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service that a request reaches, and the path that the service gets. */
class GatewayRoutingSpec {

  private static RawUpstream upstream;
  private static RawUpstream second;
  private static GatewayFixture gateway;

  private static final class Inside extends AllDirectives {
    Route routes() {
      return extractRequest(request -> concat(
          pathPrefix("api", () -> pathPrefix("orders", () -> complete("inside " + request.getUri().getPathString()))),
          pathPrefix("ops", () -> path("stats", () -> complete(HttpResponse.create().withEntity("stats"))))));
    }
  }

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.answering(exchange -> exchange.ok("outside"));
    second = RawUpstream.answering(exchange -> exchange.ok("second"));
    gateway = GatewayFixture.with("""
        orderflow.gateway.services { files = ["%s"], products = ["%s"] }
        orderflow.gateway.services-from-environment = "pair=%s, pair=%s"
        """.formatted(upstream.url("/base/path"), upstream.url("/"), upstream.url(""), second.url("")),
        Optional.of(Routes.sealed(new Inside().routes())));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
    second.close();
  }

  @Test
  void a_service_of_this_node_is_called_at_its_full_path() throws Exception {
    assertThat(RawClient.get(gateway.port, "/api/orders/o-1").body()).isEqualTo("inside /api/orders/o-1");
  }

  @Test
  void paths_of_operators_reach_this_node_too() throws Exception {
    assertThat(RawClient.get(gateway.operators, "/ops/stats").body()).isEqualTo("stats");
  }

  @Test
  void paths_of_operators_are_served_at_their_port_alone_and_no_others_there() throws Exception {
    for (String target : new String[] {"/ops/stats", "/ops/", "/ops", "/OPS/stats", "/%6fps/stats"}) {
      assertThat(RawClient.get(gateway.port, target).status()).as(target).isEqualTo(404);
    }
    assertThat(RawClient.get(gateway.operators, "/api/orders/o-1").status()).isEqualTo(404);
    assertThat(RawClient.get(gateway.operators, "/").status()).isEqualTo(404);
    assertThat(RawClient.get(gateway.port, "/ops/../api/files/x").status()).isEqualTo(404);
    assertThat(RawClient.get(gateway.operators, "/ops/../api/files/x").status()).isEqualTo(400);
  }

  @Test
  void an_unknown_service_is_a_404_problem() throws Exception {
    RawMessage answer = RawClient.get(gateway.port, "/api/nowhere/at/all");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.body()).contains("\"code\":\"SERVICE_NOT_FOUND\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/nowhere", "/api/orders/o-1"})
  void a_response_that_needs_no_body_is_sent_after_it_and_the_connection_stays_open(String target) throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n" + "x".repeat(500_000));
      assertThat(client.answer().status()).isEqualTo(target.equals("/api/nowhere") ? 404 : 200);
      assertThat(client.sendGet("/api/orders/o-1").answer().body()).isEqualTo("inside /api/orders/o-1");
    }
  }

  @Test
  void a_rejection_replaces_100_continue() throws Exception {
    assertThat(RawClient.ask(gateway.port, "POST /api/nowhere HTTP/1.1", "Host: h", "Expect: 100-continue", "Content-Length: 5").status())
        .isEqualTo(404);
  }

  @Test
  void a_path_outside_api_and_ops_is_a_404_problem() throws Exception {
    RawMessage answer = RawClient.get(gateway.port, "/apis/orders");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).contains("\"code\":\"NOT_FOUND\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "?a=1", "/a/b/", "/a//b", "/%7euser/%41%2Fb", "/a?x=1&x=2&y=%20+&&z", "/a?u=http://b/../c", "/a;v=1/b|c",
      "/a...b/...", "/?", "/a%20b"})
  void the_rest_of_the_path_is_appended_unchanged_to_the_base_path(String rest) throws Exception {
    RawMessage answer = RawClient.get(gateway.port, "/api/files" + rest);

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(upstream.last().target()).isEqualTo("/base/path" + rest);
  }

  @Test
  void a_configured_service_replaces_a_local_one_of_the_same_name() throws Exception {
    assertThat(RawClient.get(gateway.port, "/api/products/p").body()).isEqualTo("outside");
    assertThat(upstream.last().target()).isEqualTo("/p");
  }

  @Test
  void the_instances_of_a_service_take_turns() throws Exception {
    assertThat(java.util.List.of(RawClient.get(gateway.port, "/api/pair/").body(), RawClient.get(gateway.port, "/api/pair/").body()))
        .containsExactlyInAnyOrder("outside", "second");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/files/../orders", "/api/files/..", "/api/files/a/..", "/api/files/%2e%2e/x", "/api/files/.%2E/x",
      "/api/files/%2E%2e%2Fx", "/api/files/..%2Fx", "/api/files/..%5cx", "/api/files/..\\x", "/api/files/%252e%252e/x", "/api/files/..;/x",
      "/api/files/./x", "/api/../ops/stats", "/api/files/a%2f..%2f..%2fb", "/api/..", "/api/files/..?x"})
  void a_path_with_dot_segments_is_a_400_problem_and_reaches_no_service(String path) throws Exception {
    int before = upstream.requests.size();
    RawMessage answer = RawClient.get(gateway.port, path);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("\"code\":\"INVALID_PATH\"");
    assertThat(upstream.requests).hasSize(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api//files/x", "//api/files/x", "/api/%66iles/x", "/api/files%2Fx", "/api%2Ffiles/x", "/API/files/x", "/api/", "/api",
      "/api/files%00/x", "*"})
  void an_escaped_or_misplaced_name_is_no_service(String path) throws Exception {
    int before = upstream.requests.size();

    assertThat(RawClient.get(gateway.port, path).status()).isIn(400, 404);
    assertThat(upstream.requests).hasSize(before);
  }

  @Test
  void a_target_with_a_host_in_it_is_read_by_its_path() throws Exception {
    assertThat(RawClient.get(gateway.port, "http://shop.example/api/files/x?y").status()).isEqualTo(200);
    assertThat(upstream.last().target()).isEqualTo("/base/path/x?y");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PURGE"})
  void any_method_is_forwarded(String method) throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send(method + " /api/files/m HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.answerHead().status()).isEqualTo(200);
    }
    assertThat(upstream.last().line()).isEqualTo(method + " /base/path/m HTTP/1.1");
  }
}
