package io.orderflow.console;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestIssuer;
import io.orderflow.testkit.TestNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator knows of an order finds it, on a whole node. */
class OrderSearchSpec {

  @TempDir
  private Path data;

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void an_order_is_found_by_whatever_is_known_of_it(TestDatabase database) {
    try (TestNode node = TestNode.start(data, database.fresh())) {
      ShopClient shop = node.shop();
      shop.awaitAnswers();
      shop.stock("tea", 5);
      shop.stock("cup", 5);
      shop.post("/api/users", "{'userId':'ada','name':'Ada','email':'Ada@Example.com'}").expect(201);
      Instant before = Instant.now();
      Answer placed = shop.post("/api/orders", order("tea", 2, card("tok_1"), "DE"), "Idempotency-Key", "first-order").expect(201);
      String tea = placed.text("orderId");
      shop.awaitEnd(tea);
      String declined = shop.ended(order("cup", 1, card("tok_declined"), "DE").replace("'ada'", "'eve'")).text("orderId");
      String transaction = shop.get("/api/payments/" + tea).expect(200).text("transactionId");

      for (String known : new String[] {tea, "ada", "tea", transaction, "first-order", "ada@example.COM"}) {
        awaitFound(shop, "q=" + encoded(known), tea);
      }
      awaitFound(shop, "q=cup", declined);
      awaitFound(shop, "q=nothing");
      awaitFound(shop, "q=ada&status=CANCELLED");
      awaitFound(shop, "reason=PAYMENT_DECLINED", declined);
      awaitFound(shop, "reason=PAYMENT_DECLINED&status=CONFIRMED");
      awaitFound(shop, "status=CONFIRMED", tea);
      awaitFound(shop, "state=RUNNING");
      awaitFound(shop, "", declined, tea);
      awaitFound(shop, "to=" + before);
      awaitFound(shop, "from=" + before + "&to=" + Instant.now().plusSeconds(60), declined, tea);
      JsonNode found = shop.get("/ops/orders?q=cup").body().path("orders").get(0);
      assertThat(found.path("customerId").asText()).isEqualTo("eve");
      assertThat(found.path("total").asText()).isEqualTo("3.50");
      assertThat(found.path("items").toString()).isEqualTo("[{\"sku\":\"cup\",\"quantity\":1}]");
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void an_order_that_waits_is_found_by_the_step_that_it_is_at(TestDatabase database) {
    try (TestNode node = TestNode.start(data, ConfigFactory.parseString("orderflow.payment.timeout = 300ms").withFallback(database.fresh()))) {
      ShopClient shop = node.shop();
      shop.awaitAnswers();
      shop.stock("tea", 50);
      String done = shop.ended(order("tea", 1, card("tok_1"), "DE")).text("orderId");
      node.provider().put("/faults", "{'outage':true}");
      String waits = shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")).expect(201).text("orderId");
      awaitFound(shop, "step=charge-payment", waits);
      awaitFound(shop, "retrying=true", waits);
      awaitFound(shop, "q=tea&state=RUNNING", waits);
      awaitFound(shop, "step=create-shipment");
      JsonNode position = shop.get("/ops/orders?q=" + waits).body().path("orders").get(0).path("position");
      assertThat(position.path("queued").asBoolean()).isTrue();
      assertThat(position.path("step").asText()).isEqualTo("charge-payment");
      node.provider().put("/faults", "{'outage':false}");
      shop.awaitEnd(waits);
      awaitFound(shop, "step=charge-payment");
      awaitFound(shop, "q=tea&status=CONFIRMED", waits, done);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void pages_have_every_order_once_also_those_that_were_placed_at_one_time(TestDatabase database) {
    try (TestNode node = TestNode.start(data, database.fresh())) {
      ShopClient shop = node.shop();
      shop.awaitAnswers();
      shop.stock("tea", 50);
      List<String> placed = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        placed.add(shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")).expect(201).text("orderId"));
      }
      Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> ids(shop.get("/ops/orders?q=tea").expect(200)).size() == 7);
      for (String query : new String[] {"", "q=tea&", "q=ada&"}) {
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
          Answer page = shop.get("/ops/orders?" + query + "limit=2" + cursor).expect(200);
          seen.addAll(ids(page));
          cursor = page.body().path("next").isNull() ? null : "&cursor=" + page.text("next");
        } while (cursor != null);
        assertThat(seen).as(query).containsExactlyInAnyOrderElementsOf(placed);
      }
    }
  }

  @Test
  void without_the_views_orders_are_found_by_id_customer_and_key() {
    try (TestNode node = TestNode.start(data, ConfigFactory.parseString("orderflow.console.search = false"))) {
      ShopClient shop = node.shop();
      shop.awaitAnswers();
      shop.stock("tea", 5);
      String tea = shop.post("/api/orders", order("tea", 1, card("tok_declined"), "DE"), "Idempotency-Key", "k").expect(201).text("orderId");
      shop.awaitEnd(tea);
      awaitFound(shop, "q=ada", tea);
      awaitFound(shop, "q=k", tea);
      awaitFound(shop, "q=tea");
      awaitFound(shop, "reason=PAYMENT_DECLINED", tea);
      assertThat(shop.get("/ops/orders").body().path("byProduct").asBoolean()).isFalse();
      assertThat(shop.get("/ops/projections").body().toString()).doesNotContain("order-terms");
    }
  }

  @Test
  void with_tokens_a_key_is_found_beside_its_customer() {
    try (TestIssuer issuer = new TestIssuer(); TestNode node = TestNode.start(data, issuer.settings())) {
      node.shop().as(issuer.bearer("shop", "catalog:write")).stock("tea", 5);
      String tea = node.shop().as(issuer.bearer("ada")).post("/api/orders", order("tea", 1, card("tok_1"), "DE"), "Idempotency-Key", "k").expect(201)
          .text("orderId");
      ShopClient operator = node.shop().as(issuer.bearer("op", "ops:read"));
      awaitFound(operator, "q=" + encoded("ada k"), tea);
      awaitFound(operator, "q=k");
      awaitFound(operator, "q=" + encoded("eve k"));
    }
  }

  @Test
  void what_can_not_be_looked_for_is_refused() {
    try (TestNode node = TestNode.start(data, ConfigFactory.empty())) {
      ShopClient shop = node.shop();
      for (String[] wrong : new String[][] {{"q", "x".repeat(321)}, {"q", "täa"}, {"q", "a\0"}, {"status", "LOST"}, {"state", "COMPLETED"}, {"reason", "a b"},
          {"step", "'; DROP"}, {"retrying", "maybe"}, {"from", "yesterday"}, {"to", "2026"}, {"cursor", "%%"}, {"limit", "0"}}) {
        shop.get("/ops/orders?" + wrong[0] + "=" + encoded(wrong[1])).expectProblem(400, "INVALID_FIELD", wrong[0]);
      }
    }
  }

  private static void awaitFound(ShopClient shop, String query, String... orders) {
    Awaitility.await(query).atMost(Duration.ofSeconds(20)).until(() -> ids(shop.get("/ops/orders?" + query).expect(200)), List.of(orders)::equals);
  }

  private static List<String> ids(Answer page) {
    return StreamSupport.stream(page.body().path("orders").spliterator(), false).map(order -> order.path("orderId").asText()).toList();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
