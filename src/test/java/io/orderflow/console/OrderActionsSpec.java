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
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator mends orders, and the reasons stay on record. */
class OrderActionsSpec {

  private static final String REASON = "{'reason':'the customer called'}";

  @TempDir
  private Path data;
  private TestNode node;
  private ShopClient shop;

  @AfterEach
  void stop() {
    node.close();
  }

  private void start(String settings) {
    node = TestNode.start(data, ConfigFactory.parseString(settings));
    shop = node.shop();
    shop.awaitAnswers();
    shop.stock("tea", 5);
  }

  private String waiting() {
    node.provider().put("/faults", "{'outage':true}");
    String id = shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")).expect(201).text("orderId");
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> shop.get("/api/payments/" + id).text("status"), "QUEUED"::equals);
    return id;
  }

  @Test
  void an_order_is_cancelled_with_a_reason_that_its_history_and_the_audit_show() {
    start("orderflow.payment.timeout = 300ms");
    String id = waiting();
    shop.post("/ops/orders/" + id + "/cancel", "{}").expectProblem(400, "MISSING_FIELD", "reason");
    shop.post("/ops/orders/" + id + "/cancel", REASON).expect(202);
    node.provider().put("/faults", "{'outage':false}");
    assertThat(shop.awaitEnd(id).text("reason")).isEqualTo("CUSTOMER_REQUEST");
    shop.post("/ops/orders/none/cancel", REASON).expectProblem(404, "ORDER_NOT_FOUND", null);

    JsonNode history = shop.get("/ops/orders/" + id + "/timeline").expect(200).body().path("history");
    assertThat(history.toString()).contains("\"about\":\"operator\",\"type\":\"cancel-order\"", ": the customer called");
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> outcome(id, 0), "DONE"::equals);
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> outcome("none", 0), outcome -> outcome.startsWith("ORDER_NOT_FOUND: "));
    assertThat(shop.get("/ops/audit").expect(200).body().path("actions")).hasSize(2);
    JsonNode first = shop.get("/ops/audit?limit=1").expect(200).body();
    assertThat(first.path("actions").get(0).path("target").asText()).isEqualTo("none");
    JsonNode second = shop.get("/ops/audit?limit=1&cursor=" + first.path("next").asText()).expect(200).body();
    assertThat(second.path("actions").get(0).path("target").asText()).isEqualTo(id);
    assertThat(second.path("next").isNull()).isTrue();
  }

  private String outcome(String target, int index) {
    return shop.get("/ops/audit?target=" + target).expect(200).body().path("actions").path(index).path("outcome").asText();
  }

  @Test
  void a_queued_payment_is_made_now_unless_the_breaker_is_open() {
    // A payment that fails alone waits ever longer, and the breaker does not open for it.
    start("orderflow.payment { timeout = 300ms, queue.max-pause = 10m, breaker { window = 100, failure-rate = 100 } }");
    String id = waiting();
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> shop.get("/api/payments/" + id).body().path("nextAttemptAt").asText(""),
        next -> !next.isEmpty() && Instant.parse(next).isAfter(Instant.now().plusSeconds(2)));
    node.provider().put("/faults", "{'outage':false}");
    shop.post("/ops/sagas/" + id + "/steps/charge-payment/retry-now", REASON).expect(202);
    assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED");
    shop.post("/ops/sagas/" + id + "/steps/charge-payment/retry-now", REASON).expectProblem(409, "STEP_NOT_WAITING", null);
    shop.post("/ops/sagas/none/steps/charge-payment/retry-now", REASON).expectProblem(404, "SAGA_NOT_FOUND", null);
  }

  @Test
  void a_call_that_the_breaker_does_not_permit_is_refused() {
    start("orderflow.payment { timeout = 300ms, breaker { window = 1, open = 10m } }");
    String id = waiting();
    shop.post("/ops/sagas/" + id + "/steps/charge-payment/retry-now", REASON).expectProblem(409, "BREAKER_OPEN", null);
  }
}
