package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import io.orderflow.testkit.TestIssuer;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Tokens and ids that are tried out, at a node with three attempts in an hour. */
@TestInstance(Lifecycle.PER_CLASS)
class GuessingSpec {

  private static final String TOO_MANY = "TOO_MANY_DENIED_ATTEMPTS";

  @TempDir
  private static Path data;

  private final TestIssuer issuer = new TestIssuer();
  private TestNode node;

  @BeforeAll
  void start() {
    node = TestNode.start(data, issuer.settings().withFallback(ConfigFactory.parseString(
        "orderflow { security.denied { attempts = 3, period = 1h }, gateway.trusted-proxies = \"127.0.0.1\" }")));
    shop("service", "accounts:write").post("/api/accounts", "{'accountId':'adas','ownerId':'ada','currency':'EUR'}").expect(201);
  }

  @AfterAll
  void stop() {
    node.close();
    issuer.close();
  }

  private ShopClient shop(String subject, String... scopes) {
    return node.shop().as(issuer.bearer(subject, scopes));
  }

  private static Answer from(ShopClient client, String address) {
    return client.send("GET", "/api/products", null, "X-Forwarded-For", address);
  }

  private static void expectWait(Answer answer) {
    answer.expectProblem(429, TOO_MANY, null);
    assertThat(Long.parseLong(answer.headers().firstValue("Retry-After").orElseThrow())).isBetween(3000L, 3600L);
  }

  @Test
  void an_address_that_tries_out_tokens_waits_and_its_neighbours_with_a_token_go_on() {
    ShopClient neighbour = shop("neighbour");
    from(neighbour, "192.0.2.1").expect(200);
    ShopClient guessing = node.shop().as("Bearer guess");
    for (int i = 0; i < 3; i++) {
      from(guessing, "192.0.2.1").expectProblem(401, "INVALID_TOKEN", null);
    }
    expectWait(from(guessing, "192.0.2.1"));
    expectWait(from(node.shop(), "192.0.2.1"));
    expectWait(from(shop("right-at-last"), "192.0.2.1"));
    from(neighbour, "192.0.2.1").expect(200);
    from(guessing, "192.0.2.2").expect(401);
  }

  @Test
  void the_operators_port_counts_too() {
    for (int i = 0; i < 3; i++) {
      node.shop().send("GET", "/ops/stats", null, "X-Forwarded-For", "192.0.2.3").expect(401);
    }
    expectWait(node.shop().send("GET", "/ops/stats", null, "X-Forwarded-For", "192.0.2.3"));
    expectWait(from(node.shop(), "192.0.2.3"));
  }

  @Test
  void a_caller_who_tries_out_ids_waits_whether_they_exist_or_not() {
    ShopClient eve = shop("eve");
    eve.get("/api/accounts/adas").expect(404);
    eve.get("/api/accounts/none").expect(404);
    eve.get("/api/users/ada/orders").expect(404);
    expectWait(eve.get("/api/accounts/adas"));
    expectWait(eve.get("/api/accounts/none"));
    expectWait(eve.get("/api/users/eve"));
    eve.get("/api/products").expect(200);
    shop("ada").get("/api/accounts/adas").expect(200);
    shop("eve", "accounts:write").get("/api/accounts/adas").expect(200);
  }

  @Test
  void past_the_gateway_callers_wait_as_well() {
    ShopClient mallory = node.services().as(issuer.bearer("mallory"));
    for (int i = 0; i < 3; i++) {
      mallory.get("/api/orders/order-" + i).expect(404);
    }
    expectWait(mallory.get("/api/orders/order-3"));
  }
}
