package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.orderflow.http.Problem;
import io.orderflow.metrics.Meters;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that no service node can serve are held by the gateway and repeated, if they may be. */
class GatewayHoldSpec {

  private static final String KEYED = "POST /api/orders HTTP/1.1\r\nHost: h\r\nIdempotency-Key: k-1\r\nContent-Type: application/json\r\n";
  private static final String BODY = "{\"customerId\":\"ada\", \"note\":\"\u00e4\u00f6\"}";
  /** For a spec in which no limit must be reached on a busy machine. */
  private static final String PATIENT = "orderflow.gateway { timeout = 60s, hold.silence = 60s }";
  /** The same where a node is silent. */
  private static final String SOON_ELSEWHERE = "orderflow.gateway { timeout = 60s, hold.silence = 100ms }";

  private final List<GatewayFixture> gateways = new ArrayList<>();
  /** Stays closed until the end of the spec. */
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger tries = new AtomicInteger();
  private volatile RawUpstream.Handler first = exchange -> exchange.ok("first");
  private volatile RawUpstream.Handler second = exchange -> exchange.ok("second");
  private RawUpstream one;
  private RawUpstream two;

  @BeforeEach
  void start() throws IOException {
    one = RawUpstream.answering(exchange -> {
      tries.incrementAndGet();
      first.answer(exchange);
    });
    two = RawUpstream.answering(exchange -> {
      tries.incrementAndGet();
      second.answer(exchange);
    });
  }

  @AfterEach
  void stop() throws IOException {
    end.countDown();
    gateways.forEach(GatewayFixture::close);
    one.close();
    two.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /api/orders/o-1", "HEAD /api/orders/o-1", "PUT /api/carts/c/items/s", "DELETE /api/carts/c/items/s",
      "POST /api/orders/o-1/cancel", "POST /api/carts/c/checkout"})
  void an_idempotent_request_is_repeated_while_its_part_of_the_service_has_no_home(String request) throws Exception {
    first = second = unavailableTimes(5, Problem.SERVICE_UNAVAILABLE);

    try (RawClient client = RawClient.to(gateway(PATIENT)).send(request + " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(client.answerHead().status()).isEqualTo(200);
    }
    assertThat(tries).hasValue(6);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "/api/users | {'userId':'u-1'}",
      "/api/accounts | {'accountId':'a-1'}",
      "/api/accounts/a/deposits | {'reference':'r'}",
      "/api/accounts/a/withdrawals | {'reference':'r'}",
      "/api/accounts/a/transfers | {'reference':'r'}",
      "/api/products/p/restocks?x=y | {'reference':'r'}"})
  void a_post_with_an_id_of_the_clients_is_repeated(String path, String body) throws Exception {
    first = second = unavailableTimes(3, Problem.MOVED);

    assertThat(post(gateway(PATIENT), path, body.replace('\'', '"')).status()).isEqualTo(200);
    assertThat(tries).hasValue(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/orders", "/api/users", "/api/accounts", "/api/accounts/a/deposits", "/api/accounts/a/withdrawals",
      "/api/accounts/a/transfers", "/api/products/p/restocks"})
  void a_post_with_an_idempotency_key_is_repeated(String path) throws Exception {
    first = second = unavailableTimes(3, Problem.MOVED);

    assertThat(sent(gateway(PATIENT), "POST " + path + " HTTP/1.1\r\nHost: h\r\nIdempotency-Key: \"k\"\r\n", BODY).status()).isEqualTo(200);
    assertThat(tries).hasValue(4);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "/api/orders | {'reference':'r'}",
      "/api/users | {'name':'Ada'}",
      "/api/accounts/a/deposits | {'amount':'1'}",
      "/api/accounts/a/deposits | {'reference':null}",
      "/api/accounts/a/deposits | {'reference':''}",
      "/api/accounts/a/deposits | {'reference':'r','reference':'s'}",
      "/api/accounts/a/deposits | {'inner':{'reference':'r'}}",
      "/api/accounts/a/deposits | no json",
      "/api/accounts/a/deposits/ | {'reference':'r'}",
      "/api/accounts//deposits | {'reference':'r'}",
      "/api/accounts/a/others | {'reference':'r'}"})
  void a_post_without_an_id_is_never_repeated_once_it_may_have_taken_effect(String path, String body) throws Exception {
    first = second = unavailableTimes(Integer.MAX_VALUE, Problem.SERVICE_UNAVAILABLE);

    RawMessage answer = post(gateway(PATIENT), path, body.replace('\'', '"'));
    GatewayFailureSpec.assertProblem(answer, 503, Problem.SERVICE_UNAVAILABLE);
    assertThat(answer.header("Retry-After")).isPresent();
    assertThat(tries).hasValue(1);
  }

  @Test
  void a_post_without_an_id_is_sent_once_although_its_connection_is_lost_or_silent() throws Exception {
    int port = gateway("orderflow.gateway { timeout = 1s, hold.silence = 50ms }");
    first = second = GatewayHoldSpec::reset;
    assertThat(post(port, "/api/orders", BODY).status()).isEqualTo(502);
    first = second = exchange -> end.await();
    assertThat(post(port, "/api/orders", BODY).status()).isEqualTo(504);
    assertThat(tries).hasValue(2);
  }

  @Test
  void a_request_that_a_leaving_node_has_not_begun_is_repeated_with_or_without_an_id() throws Exception {
    first = second = unavailableTimes(2, Problem.NODE_LEAVING);

    assertThat(post(gateway(PATIENT), "/api/accounts/a/deposits", "{}").status()).isEqualTo(200);
    assertThat(tries).hasValue(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"BUSY", "PAYMENT_QUEUE_FULL"})
  void what_an_overloaded_service_refuses_is_not_repeated(String code) throws Exception {
    first = second = unavailableTimes(Integer.MAX_VALUE, code);

    GatewayFailureSpec.assertProblem(keyed(gateway(PATIENT), BODY), 503, code);
    assertThat(tries).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"BUSY", "PAYMENT_QUEUE_FULL"})
  void what_an_overloaded_node_refuses_waits_for_the_try_beside_it_and_further_ones_are_made(String code) throws Exception {
    CountDownLatch third = new CountDownLatch(1);
    AtomicInteger order = new AtomicInteger();
    RawUpstream.Handler overloaded = unavailableTimes(Integer.MAX_VALUE, code);
    first = second = exchange -> {
      switch (order.getAndIncrement()) {
        case 0 -> {
          third.await();
          exchange.ok("taken effect");
        }
        case 1 -> overloaded.answer(exchange);
        default -> {
          third.countDown();
          end.await();
        }
      }
    };
    assertThat(keyed(gateway(SOON_ELSEWHERE), BODY).body()).isEqualTo("taken effect");
  }

  @Test
  void a_repeat_has_the_same_bytes_and_the_same_request_id() throws Exception {
    first = second = unavailableTimes(2, Problem.SERVICE_UNAVAILABLE);

    assertThat(keyed(gateway(PATIENT), BODY).status()).isEqualTo(200);
    List<RawMessage> sent = Stream.concat(one.requests.stream(), two.requests.stream()).toList();
    assertThat(sent).hasSize(3);
    assertThat(sent).extracting(RawMessage::body).containsOnly(BODY);
    assertThat(sent).extracting(RawMessage::line).containsOnly("POST /api/orders HTTP/1.1");
    assertThat(sent).extracting(request -> request.header("Idempotency-Key")).containsOnly(Optional.of("k-1"));
    assertThat(sent).extracting(request -> request.header("X-Request-Id")).doesNotContain(Optional.empty()).containsOnly(sent.get(0).header("X-Request-Id"));
  }

  @Test
  void a_body_that_comes_after_its_headers_is_repeated_too() throws Exception {
    first = second = unavailableTimes(2, Problem.SERVICE_UNAVAILABLE);
    String body = "{\"reference\":\"r\",\"filler\":\"" + "x".repeat(50_000) + "\"}";

    try (RawClient client = RawClient.to(gateway(PATIENT))) {
      client.send("POST /api/accounts/a/deposits HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n");
      client.send(body.substring(0, 10_000));
      client.send(body.substring(10_000));
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(tries).hasValue(3);
    assertThat(one.last().body()).isEqualTo(body);
    assertThat(two.last().body()).isEqualTo(body);
  }

  @Test
  void a_body_of_unknown_length_or_beyond_the_bound_is_sent_once() throws Exception {
    int port = gateway(PATIENT + "\n orderflow.gateway.hold.max-body = 1000");
    first = second = unavailableTimes(Integer.MAX_VALUE, Problem.SERVICE_UNAVAILABLE);

    try (RawClient client = RawClient.to(port)) {
      client.send(KEYED + "Transfer-Encoding: chunked\r\n\r\n");
      client.send("2\r\n{}\r\n0\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(503);
    }
    try (RawClient client = RawClient.to(port)) {
      client.send(KEYED + "Content-Length: 70000\r\n\r\n");
      client.send("x".repeat(70_000));
      assertThat(client.answer().status()).isEqualTo(503);
    }
    assertThat(tries).hasValue(2);
  }

  @Test
  void a_node_that_refuses_connections_is_left_for_another_one_at_once() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      int refusing = taken.getLocalPort();
      taken.close();
      int port = at("127.0.0.1:" + refusing + ",127.0.0.1:" + two.port(), PATIENT).port;
      for (int i = 0; i < 5; i++) {
        assertThat(post(port, "/api/accounts/a/deposits", "{}").body()).isEqualTo("second");
      }
    }
  }

  @Test
  void a_request_is_held_until_a_node_takes_connections_again() throws Exception {
    int taken = two.port();
    two.close();
    GatewayFixture gateway = at("127.0.0.1:" + taken, PATIENT);
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send(KEYED + "Content-Length: 2\r\n\r\n{}");
      await().until(() -> held(gateway) == 1);
      two = RawUpstream.answeringOn(taken, exchange -> exchange.ok("back"));
      assertThat(client.answer().body()).isEqualTo("back");
    }
  }

  @Test
  void a_keyed_request_whose_connection_is_reset_is_repeated_on_another_node() throws Exception {
    first = GatewayHoldSpec::reset;
    int port = gateway(PATIENT);
    for (int i = 0; i < 6; i++) {
      assertThat(keyed(port, BODY).body()).isEqualTo("second");
    }
  }

  @Test
  void a_silent_node_is_left_for_another_one_and_its_connection_closed() throws Exception {
    first = exchange -> exchange.in().transferTo(java.io.OutputStream.nullOutputStream());
    int port = gateway(SOON_ELSEWHERE);
    for (int i = 0; i < 4; i++) {
      assertThat(keyed(port, BODY).body()).isEqualTo("second");
    }
    await().until(() -> one.open.get() == 0);
    assertThat(one.requests).as("left out after its first silence").hasSizeLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "DELETE"})
  void a_put_is_not_sent_beside_one_that_may_still_arrive(String method) throws Exception {
    first = second = exchange -> end.await();

    RawMessage answer = RawClient.ask(gateway("orderflow.gateway { timeout = 1s, hold.silence = 50ms }"), method + " /api/carts/c/items/s HTTP/1.1",
        "Host: h", "Content-Length: 0");
    GatewayFailureSpec.assertProblem(answer, 504, "SERVICE_TIMEOUT");
    assertThat(tries).hasValue(1);
  }

  @Test
  void the_first_answer_counts_and_the_client_gets_no_other() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    first = second = exchange -> {
      if (tries.get() == 1) {
        answered.await();
      }
      exchange.ok("try " + tries.get());
    };
    try (RawClient client = RawClient.to(gateway(SOON_ELSEWHERE))) {
      client.send(KEYED + "Content-Length: 2\r\n\r\n{}");
      assertThat(client.answer().body()).startsWith("try ");
      answered.countDown();
      client.sendGet("/api/none/x");
      assertThat(client.answer().status()).as("the next answer on the connection").isEqualTo(404);
    }
  }

  @Test
  void a_rejection_waits_for_the_try_beside_it_which_may_have_taken_effect() throws Exception {
    CountDownLatch rejected = new CountDownLatch(1);
    AtomicInteger order = new AtomicInteger();
    first = second = exchange -> {
      if (order.getAndIncrement() == 0) {
        rejected.await();
        exchange.ok("taken effect");
      } else {
        exchange.send("HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno");
        rejected.countDown();
      }
    };
    assertThat(keyed(gateway(SOON_ELSEWHERE), BODY).body()).isEqualTo("taken effect");
  }

  @Test
  void a_rejection_is_passed_on_if_the_try_beside_it_fails() throws Exception {
    CountDownLatch rejected = new CountDownLatch(1);
    AtomicInteger order = new AtomicInteger();
    first = second = exchange -> {
      if (order.getAndIncrement() == 0) {
        rejected.await();
        reset(exchange);
      } else {
        exchange.send("HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno");
        rejected.countDown();
      }
    };
    assertThat(keyed(gateway(SOON_ELSEWHERE), BODY).status()).isEqualTo(409);
  }

  @Test
  void after_the_time_limit_the_client_has_an_answer_and_nothing_is_repeated() throws Exception {
    first = second = unavailableTimes(Integer.MAX_VALUE, Problem.SERVICE_UNAVAILABLE);
    int port = gateway("orderflow.gateway { timeout = 500ms, hold.silence = 100ms }");

    GatewayFailureSpec.assertProblem(keyed(port, BODY), 503, Problem.SERVICE_UNAVAILABLE);
    int made = tries.get();
    assertThat(made).isGreaterThan(1);
    // A later request has more tries of its own than one that would have been left.
    GatewayFailureSpec.assertProblem(keyed(port, BODY), 503, Problem.SERVICE_UNAVAILABLE);
    assertThat(Stream.concat(one.requests.stream(), two.requests.stream()).map(request -> request.header("X-Request-Id")).distinct()).hasSize(2);

    first = second = exchange -> end.await();
    GatewayFailureSpec.assertProblem(keyed(port, BODY), 504, "SERVICE_TIMEOUT");
  }

  @Test
  void for_a_client_that_is_gone_nothing_is_repeated() throws Exception {
    first = second = unavailableTimes(Integer.MAX_VALUE, Problem.SERVICE_UNAVAILABLE);
    GatewayFixture gateway = fixture(PATIENT);
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send(KEYED + "Content-Length: 2\r\n\r\n{}");
      await().until(() -> tries.get() > 2);
    }
    await().until(() -> held(gateway) == 0);
    int made = tries.get();
    first = second = exchange -> exchange.ok("");
    assertThat(keyed(gateway.port, BODY).status()).isEqualTo(200);
    assertThat(tries.get()).isLessThanOrEqualTo(made + 2);
  }

  @Test
  void requests_beyond_the_bound_are_refused_at_once_and_others_served() throws Exception {
    RawUpstream.Handler unavailable = unavailableTimes(Integer.MAX_VALUE, Problem.SERVICE_UNAVAILABLE);
    first = second = exchange -> {
      if (exchange.request().target().startsWith("/api/orders")) {
        unavailable.answer(exchange);
      } else {
        exchange.ok("served");
      }
    };
    GatewayFixture gateway = fixture(PATIENT + "\n orderflow.gateway { hold.max = 2, max-in-flight = 1 }");
    try (RawClient held = RawClient.to(gateway.port); RawClient alsoHeld = RawClient.to(gateway.port)) {
      held.send(KEYED + "Content-Length: 2\r\n\r\n{}");
      await().until(() -> held(gateway) == 1);
      alsoHeld.send(KEYED + "Content-Length: 2\r\n\r\n{}");
      await().until(() -> held(gateway) == 2);
      RawMessage refused = keyed(gateway.port, BODY);
      GatewayFailureSpec.assertProblem(refused, 503, Problem.SERVICE_UNAVAILABLE);
      assertThat(refused.body()).contains("too many");
      assertThat(refused.header("Retry-After")).isPresent();
      assertThat(RawClient.get(gateway.port, "/api/products/p").body()).isEqualTo("served");
      first = second = exchange -> exchange.ok("back");
      assertThat(held.answer().body()).isEqualTo("back");
      assertThat(alsoHeld.answer().body()).isEqualTo("back");
    }
    assertThat(held(gateway)).isZero();
  }

  @Test
  void bodies_beyond_the_memory_for_them_are_refused_at_once() throws Exception {
    first = second = unavailableTimes(Integer.MAX_VALUE, Problem.SERVICE_UNAVAILABLE);
    int port = gateway(PATIENT + "\n orderflow.gateway.hold.max-bytes = 20");

    RawMessage refused = keyed(port, BODY);
    GatewayFailureSpec.assertProblem(refused, 503, Problem.SERVICE_UNAVAILABLE);
    assertThat(refused.body()).contains("too many");
    assertThat(tries).hasValue(1);
  }

  @Test
  void silent_requests_are_sent_again_within_a_budget() throws Exception {
    first = second = exchange -> end.await();
    int port = gateway("orderflow.gateway { timeout = 2s, hold { silence = 20ms, max = 5 } }");

    assertThat(keyed(port, BODY).status()).isEqualTo(504);
    assertThat(tries.get()).isBetween(2, 6);
  }

  @Test
  void a_held_request_costs_one_token_of_the_clients_limit() throws Exception {
    first = second = unavailableTimes(4, Problem.SERVICE_UNAVAILABLE);
    try (GatewayFixture gateway = GatewayFixture.inCluster(PATIENT + "\n orderflow.gateway { services-nodes = \"" + nodes()
        + "\", rate-limit.requests = 100 }", Optional.empty())) {
      RawUpstream.Handler unavailable = first;
      first = second = exchange -> exchange.ok("");
      // Until the shards of the buckets have a home nothing is counted.
      await().until(() -> remaining(keyed(gateway.port, BODY)) < 100);
      int before = remaining(keyed(gateway.port, BODY));
      first = second = unavailable;
      tries.set(0);
      assertThat(remaining(keyed(gateway.port, BODY))).isEqualTo(before - 1);
      assertThat(tries).hasValue(5);
    }
  }

  @Test
  void services_outside_are_held_only_where_a_setting_names_them() throws Exception {
    String services = "\n orderflow.gateway.services { plain = [\"" + one.url("") + "\"], held = [\"" + one.url("") + "\"] }";
    first = unavailableTimes(Integer.MAX_VALUE, Problem.SERVICE_UNAVAILABLE);
    int port = gateway(PATIENT + services + "\n orderflow.gateway.hold.services = held");

    assertThat(RawClient.get(port, "/api/plain/x").status()).isEqualTo(503);
    assertThat(tries).hasValue(1);
    first = unavailableTimes(3, Problem.SERVICE_UNAVAILABLE);
    assertThat(RawClient.get(port, "/api/held/x").status()).isEqualTo(200);
    assertThat(tries).hasValue(5);
  }

  @Test
  void no_request_is_held_where_the_operator_says_so() throws Exception {
    first = second = unavailableTimes(Integer.MAX_VALUE, Problem.SERVICE_UNAVAILABLE);

    assertThat(keyed(gateway(PATIENT + "\n orderflow.gateway.hold.max = 0"), BODY).status()).isEqualTo(503);
    assertThat(tries).hasValue(1);
  }

  /** Answers 503 with that code so many times, then 200. */
  private RawUpstream.Handler unavailableTimes(int times, String code) {
    AtomicInteger left = new AtomicInteger(times);
    return exchange -> {
      if (left.getAndDecrement() > 0) {
        String problem = "{\"status\":503,\"code\":\"" + code + "\"}";
        exchange.send("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\nContent-Length: "
            + problem.length() + "\r\n\r\n" + (exchange.request().line().startsWith("HEAD ") ? "" : problem));
      } else {
        exchange.ok("done");
      }
    };
  }

  private static void reset(RawUpstream.Exchange exchange) throws IOException {
    exchange.socket().setSoLinger(true, 0);
    exchange.socket().close();
  }

  private static int remaining(RawMessage answer) {
    assertThat(answer.status()).isEqualTo(200);
    return Integer.parseInt(answer.header("RateLimit-Remaining").orElseThrow());
  }

  private static RawMessage keyed(int port, String body) throws Exception {
    return sent(port, KEYED, body);
  }

  private static RawMessage post(int port, String path, String body) throws Exception {
    return sent(port, "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n", body);
  }

  private static RawMessage sent(int port, String head, String body) throws Exception {
    try (RawClient client = RawClient.to(port)) {
      client.send(head + "Content-Length: " + body.length() + "\r\n\r\n" + body);
      return client.answer();
    }
  }

  private static double held(GatewayFixture gateway) {
    return Meters.of(gateway.kit.system()).get("orderflow.gateway.held").gauge().value();
  }

  private String nodes() {
    return "127.0.0.1:" + one.port() + ",127.0.0.1:" + two.port();
  }

  private int gateway(String settings) throws Exception {
    return fixture(settings).port;
  }

  private GatewayFixture fixture(String settings) throws Exception {
    return at(nodes(), settings);
  }

  private GatewayFixture at(String nodes, String settings) throws Exception {
    GatewayFixture gateway = GatewayFixture.with(settings + "\n orderflow.gateway.services-nodes = \"" + nodes + "\"", Optional.empty());
    gateways.add(gateway);
    return gateway;
  }
}
