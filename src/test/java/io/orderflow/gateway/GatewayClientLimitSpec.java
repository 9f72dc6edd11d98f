package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigRenderOptions;
import io.orderflow.testkit.TestIssuer;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rate limit where tokens are asked for. */
class GatewayClientLimitSpec {

  private static RawUpstream upstream;
  private static TestIssuer issuer;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TestIssuer();
    upstream = RawUpstream.answering(exchange -> exchange.ok("ok"));
    gateway = GatewayFixture.inCluster(issuer.settings().root().render(ConfigRenderOptions.concise().setJson(false)) + "\n"
        + "orderflow.gateway { services.s = [\"" + upstream.url("") + "\"], trusted-proxies = \"127.0.0.1\"\n"
        + "rate-limit { requests = 10, classes = \"ops:read=0/1m, orders:write=50/15m\" } }", Optional.empty());
    // The first requests wait until the homes are where they stay.
    for (int i = 0; i < 100; i++) {
      get("172.16.0." + i, issuer.bearer("early-" + i));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
    issuer.close();
  }

  private static RawMessage get(String address, String authorization) throws Exception {
    return authorization == null ? RawClient.get(gateway.port, "/api/s/x", "X-Forwarded-For: " + address)
        : RawClient.get(gateway.port, "/api/s/x", "X-Forwarded-For: " + address, "Authorization: " + authorization);
  }

  private static String limit(RawMessage answer) {
    return answer.header("RateLimit").orElse("none").replaceAll(";t=.*", "");
  }

  @Test
  void a_client_has_one_bucket_wherever_it_comes_from_and_whichever_token_it_has() throws Exception {
    for (int i = 1; i <= 10; i++) {
      RawMessage answer = get("10.1.0." + i, issuer.bearer("roaming"));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(limit(answer)).isEqualTo("\"client\";r=" + (10 - i));
      assertThat(answer.all("RateLimit-Policy")).containsExactly("\"client\";q=10;w=900");
    }
    RawMessage refused = get("10.1.1.1", issuer.bearer("roaming"));
    GatewayFailureSpec.assertProblem(refused, 429, "TOO_MANY_REQUESTS");
    assertThat(limit(refused)).isEqualTo("\"client\";r=0");
  }

  @Test
  void clients_of_one_address_do_not_share_a_bucket() throws Exception {
    for (int client = 0; client < 30; client++) {
      assertThat(get("10.2.0.1", issuer.bearer("neighbour-" + client)).status()).isEqualTo(200);
    }
  }

  @Test
  void a_flood_of_bad_tokens_ends_at_the_limit_of_its_address_and_leaves_known_clients_alone() throws Exception {
    String known = issuer.bearer("known");
    assertThat(get("10.3.0.1", known).status()).isEqualTo(200);
    int refused = 0;
    for (int i = 0; i < 30; i++) {
      RawMessage answer = get("10.3.0.1", issuer.bearer("victim") + "x" + i);
      assertThat(limit(answer)).startsWith("\"default\";r=");
      assertThat(answer.status()).isIn(401, 429);
      refused += answer.status() == 429 ? 1 : 0;
    }
    assertThat(refused).isEqualTo(20);
    assertThat(get("10.3.0.1", known).status()).isEqualTo(200);
    assertThat(get("10.3.0.2", issuer.bearer("victim")).header("RateLimit-Remaining")).hasValue("9");
  }

  @Test
  void without_a_token_the_address_is_counted() throws Exception {
    for (int i = 1; i <= 10; i++) {
      assertThat(get("10.4.0.1", null).status()).isEqualTo(401);
    }
    GatewayFailureSpec.assertProblem(get("10.4.0.1", null), 429, "TOO_MANY_REQUESTS");
  }

  @Test
  void a_class_has_a_limit_of_its_own() throws Exception {
    RawMessage service = get("10.5.0.1", issuer.bearer("shop", "orders:write", "orders:read"));
    assertThat(service.header("RateLimit-Policy")).hasValue("\"orders:write\";q=50;w=900");
    assertThat(limit(service)).isEqualTo("\"orders:write\";r=49");
    for (int i = 0; i < 60; i++) {
      RawMessage answer = get("10.5.0.1", issuer.bearer("op", "ops:read"));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("RateLimit")).isEmpty();
    }
  }
}
