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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One action on many orders: those that were selected, and no others, over a restart. */
class BatchSpec {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ORDERS = 45;

  @TempDir
  private Path data;

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void the_orders_that_were_counted_are_cancelled_over_a_restart_and_no_others(TestDatabase database) {
    try (TestNode node = TestNode.start(data, ConfigFactory.parseString("orderflow.payment.timeout = 300ms").withFallback(database.fresh()))) {
      ShopClient shop = node.shop();
      shop.stock("tea", 500);
      node.provider().put("/faults", "{'outage':true}");
      List<String> placed = new ArrayList<>();
      for (int i = 0; i < ORDERS; i++) {
        placed.add(place(shop));
      }
      Awaitility.await().atMost(PATIENCE).until(() -> shop.get("/ops/orders?step=charge-payment&limit=100").expect(200).body().path("orders").size(),
          Integer.valueOf(ORDERS)::equals);
      JsonNode batch = shop.post("/ops/batches", "{'action':'CANCEL','state':'RUNNING','step':'charge-payment'}").expect(201).body();
      String path = "/ops/batches/" + batch.path("batchId").asText();
      assertThat(batch.path("orders").asInt()).isEqualTo(ORDERS);
      assertThat(batch.path("more").asBoolean()).isFalse();
      String late = place(shop);

      shop.post(path + "/confirm", "{'count':" + (ORDERS + 1) + ",'reason':'typed wrong'}").expectProblem(409, "COUNT_DIFFERS", null);
      assertThat(shop.get(path).expect(200).body().path("batch").path("done").asInt()).isZero();
      shop.post(path + "/confirm", "{'count':" + ORDERS + ",'reason':'the provider is away'}").expect(202);
      node.restart();
      Awaitility.await().atMost(PATIENCE).until(() -> shop.read(path).body().path("batch").has("endedAt"));
      JsonNode ended = shop.get(path).expect(200).body();
      assertThat(ended.path("batch").path("done").asInt()).isEqualTo(ORDERS);
      assertThat(ended.path("batch").path("reason").asText()).isEqualTo("the provider is away");
      assertThat(StreamSupport.stream(ended.path("items").spliterator(), false).map(item -> item.path("orderId").asText())).containsExactlyInAnyOrderElementsOf(placed);
      // The provider's simulator lives in the node: with it the outage has ended, and some orders may have been paid before their turn came.
      int refused = 0;
      for (JsonNode item : ended.path("items")) {
        boolean done = item.path("outcome").asText().equals("DONE");
        refused += done ? 0 : 1;
        assertThat(shop.awaitEnd(item.path("orderId").asText()).text("status")).as(item.toString()).isEqualTo(done ? "CANCELLED" : "CONFIRMED");
      }
      assertThat(ended.path("batch").path("refused").asInt()).isEqualTo(refused).isLessThan(ORDERS);
      assertThat(shop.awaitEnd(late).text("status")).isEqualTo("CONFIRMED");

      shop.post(path + "/confirm", "{'count':" + ORDERS + ",'reason':'once more'}").expect(202);
      assertThat(shop.get(path).expect(200).body().path("batch").path("reason").asText()).isEqualTo("the provider is away");
      assertThat(shop.get("/ops/batches").expect(200).body().path("batches")).hasSize(1);
      refused(shop, late);
    }
  }

  /** An order that can't be cancelled any more is refused in its item, and the batch goes on. */
  private static void refused(ShopClient shop, String shipped) {
    String path = "/ops/batches/" + shop.post("/ops/batches", "{'action':'CANCEL','q':'" + shipped + "'}").expect(201).text("batchId");
    shop.post(path + "/confirm", "{'count':1,'reason':'too late'}").expect(202);
    Awaitility.await().atMost(PATIENCE).until(() -> shop.get(path).expect(200).body().path("batch").has("endedAt"));
    JsonNode ended = shop.get(path).body();
    assertThat(ended.path("batch").path("refused").asInt()).isEqualTo(1);
    assertThat(ended.path("items").get(0).path("outcome").asText()).startsWith("ALREADY_SHIPPED: ");
    shop.post("/ops/batches", "{'action':'DELETE'}").expectProblem(400, "INVALID_FIELD", "action");
    shop.post("/ops/batches", "{'action':'CANCEL','colour':'red'}").expectProblem(400, "UNKNOWN_FIELD", "colour");
    shop.get("/ops/batches/none").expectProblem(404, "BATCH_NOT_FOUND", null);
  }

  private static String place(ShopClient shop) {
    return shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")).expect(201).text("orderId");
  }
}
