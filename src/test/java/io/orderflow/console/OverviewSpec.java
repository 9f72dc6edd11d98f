package io.orderflow.console;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How the shop does, and how its breakers are held, on a whole node. */
class OverviewSpec {

  private static final String REASON = "{'reason':'tried'}";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir
  private Path data;

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void a_shop_without_trouble_is_well_and_one_with_trouble_says_what_needs_attention(TestDatabase database) {
    try (TestNode node = TestNode.start(data, ConfigFactory.parseString("orderflow.payment { timeout = 300ms, breaker.open = 10m }").withFallback(database.fresh()))) {
      ShopClient shop = node.shop();
      shop.stock("tea", 50);
      shop.ended(order("tea", 1, card("tok_1"), "DE"));
      Awaitility.await().atMost(PATIENCE).until(() -> overview(shop).path("orders").path("CONFIRMED").asInt(), Integer.valueOf(1)::equals);
      Awaitility.await().atMost(PATIENCE).until(() -> overview(shop).path("well").asBoolean());
      JsonNode well = overview(shop);
      assertThat(well.path("toConfirmed").path("orders").asInt()).isEqualTo(1);
      assertThat(well.path("concerns")).isEmpty();
      // A node that is busy may answer too late.
      JsonNode member = Awaitility.await().atMost(PATIENCE).until(() -> shop.get("/ops/nodes").expect(200).body().path("nodes").path(0),
          view -> view.has("breakers"));
      assertThat(member.path("status").asText()).isEqualTo("Up");
      assertThat(member.path("breakers").get(0).path("state").asText()).isEqualTo("CLOSED");
      assertThat(member.path("shards").path("saga-order").asInt()).isPositive();

      node.provider().put("/faults", "{'outage':true}");
      orders(shop, 12);
      Awaitility.await().atMost(PATIENCE).until(() -> overview(shop).path("concerns").toString(), text -> text.contains("the breaker is not closed on 1 of 1"));
      assertThat(overview(shop).path("well").asBoolean()).isFalse();
      Awaitility.await().atMost(PATIENCE).until(() -> overview(shop).path("queue").path("now").path("waiting").asInt(), waiting -> waiting > 0);
      Awaitility.await().atMost(PATIENCE).until(() -> overview(shop).path("sagas").toString(), sagas -> sagas.contains("\"step\":\"charge-payment\""));
    }
  }

  private static void orders(ShopClient shop, int count) {
    for (int i = 0; i < count; i++) {
      shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")).expect(201);
    }
  }

  private static JsonNode overview(ShopClient shop) {
    return shop.get("/ops/overview").expect(200).body();
  }

  @Test
  void a_breaker_is_held_open_and_closed_and_let_go() {
    try (TestNode first = TestNode.start(data.resolve("first"), ConfigFactory.parseString("orderflow.payment.timeout = 300ms"))) {
      ShopClient shop = first.shop();
      shop.stock("tea", 50);
      held(shop, "force-open", "OPEN");
      String waits = shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")).expect(201).text("orderId");
      Awaitility.await().atMost(PATIENCE).until(() -> shop.get("/api/payments/" + waits).text("status"), "QUEUED"::equals);
      assertThat(shop.get("/api/payments/" + waits).body().path("attempts").asInt()).isZero();
      held(shop, "reset", "CLOSED");
      assertThat(shop.awaitEnd(waits).text("status")).isEqualTo("CONFIRMED");

      held(shop, "force-closed", "CLOSED");
      first.provider().put("/faults", "{'outage':true}");
      orders(shop, 15);
      Awaitility.await().atMost(PATIENCE).until(() -> overview(shop).path("queue").path("now").path("waiting").asInt() > 1);
      assertThat(shop.get("/ops/breakers").expect(200).body().get(0).path("state").asText()).isEqualTo("CLOSED");
      // During the outage the waiting payments could open it again before the request is answered.
      first.provider().put("/faults", "{'outage':false}");
      held(shop, "reset", "CLOSED");
      first.provider().put("/faults", "{'outage':true}");
      orders(shop, 15);
      Awaitility.await().atMost(PATIENCE).until(() -> shop.get("/ops/breakers").expect(200).body().get(0).path("state").asText(), "OPEN"::equals);
      assertThat(shop.get("/ops/audit?target=payment-provider").expect(200).body().path("actions")).hasSize(4);
    }
  }

  private static void held(ShopClient shop, String action, String state) {
    JsonNode answer = shop.post("/ops/breakers/payment-provider/" + action, REASON).expect(202).body();
    assertThat(answer.path("allNodes").asBoolean()).isTrue();
    assertThat(answer.path("breakers").get(0).path("state").asText()).isEqualTo(state);
  }
}
