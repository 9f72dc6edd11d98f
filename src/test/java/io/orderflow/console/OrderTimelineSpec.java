package io.orderflow.console;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One order with all that is known of it, on a whole node. */
class OrderTimelineSpec {

  @TempDir
  private Path data;
  private TestNode node;
  private ShopClient shop;

  @BeforeEach
  void start() {
    node = TestNode.start(data, ConfigFactory.parseString("orderflow.payment.timeout = 300ms"));
    shop = node.shop();
    shop.awaitAnswers();
    shop.stock("tea", 5);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private JsonNode timeline(String orderId) {
    return shop.get("/ops/orders/" + orderId + "/timeline").expect(200).body();
  }

  @Test
  void a_confirmed_order_has_all_its_steps_and_balances() {
    String id = shop.ended(order("tea", 2, card("tok_secret"), "DE")).text("orderId");
    shop.awaitSaga(id);
    JsonNode timeline = timeline(id);
    assertThat(timeline.path("sentence").asText()).startsWith("Confirmed: 7.00 EUR charged and the goods shipped, at 20");
    assertThat(StreamSupport.stream(timeline.path("steps").spliterator(), false).map(step -> step.path("name").asText())).containsExactly("create-order", "reserve-inventory", "charge-payment", "create-shipment",
        "ship-inventory", "confirm-order");
    assertThat(timeline.path("ledger").toString()).isEqualTo("{\"currency\":\"EUR\",\"due\":\"7.00\",\"charged\":\"7.00\",\"refunded\":\"0.00\","
        + "\"kept\":\"7.00\",\"stock\":[{\"sku\":\"tea\",\"ordered\":2,\"reserved\":2,\"released\":0,\"shipped\":2}],\"balances\":true}");
    assertThat(StreamSupport.stream(timeline.path("history").spliterator(), false).map(entry -> entry.path("about").asText() + " " + entry.path("type").asText()))
        .contains("saga STARTED", "order CREATED", "payment CHARGED", "shipment CREATED", "order CONFIRMED");
    assertThat(timeline.toString()).doesNotContain("tok_secret");
  }

  @Test
  void an_order_that_waits_says_for_whom_and_since_when_and_at_which_place() {
    node.provider().put("/faults", "{'outage':true}");
    String first = shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")).expect(201).text("orderId");
    awaitSentence(first, "place 1 in the queue");
    String second = shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")).expect(201).text("orderId");
    awaitSentence(second, "place 2 in the queue");
    JsonNode timeline = timeline(second);
    assertThat(timeline.path("sentence").asText()).startsWith("Waits for the payment provider since 20");
    assertThat(timeline.path("ledger").has("balances")).isFalse();
    shop.post("/ops/breakers/payment-provider/force-open", "{'reason':'maintenance'}").expect(202);
    awaitSentence(second, "; breaker open on 1 node; place 2 in the queue");
    shop.post("/ops/breakers/payment-provider/reset", "{'reason':'over'}").expect(202);
    node.provider().put("/faults", "{'outage':false}");
    shop.awaitEnd(second);
  }

  @Test
  void a_cancelled_order_says_why_and_that_nothing_is_owed() {
    String id = shop.ended(order("tea", 1, card("tok_1"), "ZZ")).text("orderId");
    awaitSentence(id, "Cancelled because the address can't be shipped to; nothing is owed.");
    JsonNode ledger = timeline(id).path("ledger");
    assertThat(ledger.path("charged").asText()).isEqualTo("3.50");
    assertThat(ledger.path("refunded").asText()).isEqualTo("3.50");
    assertThat(ledger.path("stock").get(0).path("released").asInt()).isEqualTo(1);
    assertThat(ledger.path("balances").asBoolean()).isTrue();
  }

  @Test
  void an_order_that_does_not_exist_is_not_found() {
    shop.get("/ops/orders/none/timeline").expectProblem(404, "ORDER_NOT_FOUND", null);
  }

  private void awaitSentence(String orderId, String part) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(timeline(orderId).path("sentence").asText()).contains(part));
  }
}
