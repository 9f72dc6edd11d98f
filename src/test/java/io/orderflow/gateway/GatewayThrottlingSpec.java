package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rate limit over three gateways of one cluster. */
class GatewayThrottlingSpec {

  private static RawUpstream upstream;
  private static List<GatewayFixture> gateways;

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.answering(exchange -> exchange.ok("ok"));
    String settings = "orderflow.gateway { services.s = [\"" + upstream.url("") + "\"], trusted-proxies = \"127.0.0.1\" }";
    GatewayFixture first = GatewayFixture.inCluster(settings, Optional.empty());
    gateways = List.of(first, GatewayFixture.inCluster(settings, Optional.of(first)), GatewayFixture.inCluster(settings, Optional.of(first)));
    // Homes are where they will stay before anything is counted.
    for (int i = 0; i < 300; i++) {
      get(i % 3, "172.16.0." + i % 100);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    gateways.forEach(GatewayFixture::close);
    upstream.close();
  }

  private static RawMessage get(int gateway, String client) throws Exception {
    return RawClient.get(gateways.get(gateway).port, "/api/s/x", "X-Forwarded-For: " + client);
  }

  private static Map<Integer, Integer> statuses(int requests, Callable<RawMessage> one) throws Exception {
    Map<Integer, Integer> statuses = new HashMap<>();
    for (int i = 0; i < requests; i++) {
      statuses.merge(one.call().status(), 1, Integer::sum);
    }
    return statuses;
  }

  @Test
  void a_client_may_send_a_hundred_requests_and_no_more() throws Exception {
    assertThat(statuses(150, () -> get(0, "10.0.0.1"))).isEqualTo(Map.of(200, 100, 429, 50));
  }

  @Test
  void a_client_that_spreads_its_requests_over_the_gateways_has_the_same_limit() throws Exception {
    int[] turn = {0};
    assertThat(statuses(150, () -> get(turn[0]++ % 3, "10.0.0.2"))).isEqualTo(Map.of(200, 100, 429, 50));
  }

  @Test
  void a_client_of_all_gateways_at_once_has_the_same_limit() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(12);
    try {
      List<Callable<Integer>> calls = IntStream.range(0, 240)
          .<Callable<Integer>>mapToObj(i -> () -> get(i % 3, "10.0.0.3").status()).toList();
      int passed = 0;
      for (Future<Integer> status : threads.invokeAll(calls)) {
        passed += status.get() == 200 ? 1 : 0;
      }
      assertThat(passed).isEqualTo(100);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void clients_do_not_share_tokens() throws Exception {
    statuses(101, () -> get(0, "10.0.0.4"));

    assertThat(get(0, "10.0.0.4").status()).isEqualTo(429);
    assertThat(get(0, "10.0.0.5").status()).isEqualTo(200);
  }

  @Test
  void every_response_states_the_remaining_tokens() throws Exception {
    for (int i = 1; i <= 25; i++) {
      RawMessage answer = get(1, "10.0.0.6");
      assertThat(answer.header("RateLimit-Limit")).hasValue("100");
      assertThat(answer.header("RateLimit-Remaining")).hasValue(Integer.toString(100 - i));
      assertThat(Integer.parseInt(answer.header("RateLimit-Reset").orElseThrow())).isBetween(9 * i - 9, 9 * i);
      assertThat(answer.header("RateLimit-Policy")).hasValue("\"default\";q=100;w=900");
      assertThat(answer.header("RateLimit").orElseThrow()).matches("\"default\";r=" + (100 - i) + ";t=[1-9]");
    }
  }

  @Test
  void a_response_of_the_gateway_itself_states_them_too() throws Exception {
    RawMessage answer = RawClient.get(gateways.get(0).port, "/api/nowhere/x", "X-Forwarded-For: 10.0.0.7");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("RateLimit-Remaining")).hasValue("99");
  }

  @Test
  void without_a_token_the_response_is_a_429_with_retry_after() throws Exception {
    statuses(100, () -> get(2, "10.0.0.8"));
    RawMessage answer = get(2, "10.0.0.8");

    GatewayFailureSpec.assertProblem(answer, 429, "TOO_MANY_REQUESTS");
    assertThat(answer.body()).contains("\"instance\":\"" + answer.header("X-Request-Id").orElseThrow() + "\"");
    assertThat(Integer.parseInt(answer.header("Retry-After").orElseThrow())).isBetween(1, 9);
    assertThat(answer.header("RateLimit-Limit")).hasValue("100");
    assertThat(answer.header("RateLimit-Policy")).hasValue("\"default\";q=100;w=900");
    assertThat(answer.header("RateLimit").orElseThrow()).isEqualTo("\"default\";r=0;t=" + answer.header("Retry-After").orElseThrow());
    assertThat(answer.header("RateLimit-Remaining")).hasValue("0");
    assertThat(Integer.parseInt(answer.header("RateLimit-Reset").orElseThrow())).isBetween(880, 900);
  }

  @Test
  void requests_outside_api_are_not_counted() throws Exception {
    assertThat(RawClient.get(gateways.get(0).operators, "/ops/stats", "X-Forwarded-For: 10.0.0.9").header("RateLimit-Limit")).isEmpty();
    assertThat(RawClient.get(gateways.get(0).port, "/elsewhere", "X-Forwarded-For: 10.0.0.9").header("RateLimit-Limit")).isEmpty();
  }

  @Test
  void one_ipv6_network_is_one_client() throws Exception {
    assertThat(get(0, "2001:db8:5:6::1").header("RateLimit-Remaining")).hasValue("99");
    assertThat(get(0, "2001:db8:5:6:7::9").header("RateLimit-Remaining")).hasValue("98");
    assertThat(get(0, "2001:db8:5:7::1").header("RateLimit-Remaining")).hasValue("99");
  }

  @Test
  void a_service_behind_a_trusted_proxy_gets_all_hops() throws Exception {
    RawClient.get(gateways.get(0).port, "/api/s/x", "X-Forwarded-For: 10.0.0.10", "X-Forwarded-Proto: https",
        "X-Forwarded-Host: shop.example.com");

    assertThat(upstream.last().header("X-Forwarded-For")).hasValue("10.0.0.10, 127.0.0.1");
    assertThat(upstream.last().header("X-Forwarded-Proto")).hasValue("https");
    assertThat(upstream.last().header("X-Forwarded-Host")).hasValue("shop.example.com");
  }
}
