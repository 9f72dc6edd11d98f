package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.account;
import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The payment provider fails, and orders by card wait for it: a whole node over HTTP, as a client and an operator see it. */
class PaymentOutageSpec {

  private static final Config QUICK = ConfigFactory.parseString("orderflow.payment { timeout = 300ms, breaker.open = 1s }");

  @TempDir
  private Path data;
  private TestNode node;
  private ShopClient shop;

  @AfterEach
  void stop() {
    node.close();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void orders_wait_over_a_restart_and_are_charged_once_in_their_order_when_the_provider_is_back(TestDatabase database) {
    // On a busy machine the first call of a node that has just started may take longer than usual. A call that fails while the next ones
    // succeed would lose its place.
    start(ConfigFactory.parseString("orderflow.payment.timeout = 15s").withFallback(database.fresh()));
    faults("{'outage':true}");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      ids.add(place(card("tok_1")));
      // One after the other: sagas that run side by side may queue their payments in another order than they began.
      awaitStatus(ids.get(i), "QUEUED");
    }
    assertThat(shop.get("/api/orders/" + ids.get(14)).text("status")).isEqualTo("PENDING");
    patiently().until(this::queued, listed -> Set.copyOf(listed).equals(Set.copyOf(ids)));

    node.restart();
    faults("{}");

    ids.forEach(id -> assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED"));
    assertThat(succeeded()).containsExactlyElementsOf(ids);
    patiently().until(this::queued, List::isEmpty);
  }

  @Test
  void while_the_breaker_is_open_nothing_reaches_the_provider_and_operators_see_why() {
    start(ConfigFactory.parseString("orderflow.payment.breaker.open = 1h"));
    faults("{'outage':true}");
    for (int i = 0; i < 12; i++) {
      place(card("tok_1"));
    }
    JsonNode breaker = patiently().until(this::breaker, shown -> shown.path("state").asText().equals("OPEN"));
    assertThat(breaker.path("failureRate").asDouble()).isEqualTo(100);
    assertThat(breaker.path("openSince").asText()).isNotBlank();
    assertThat(breaker.path("transitions").get(0).path("to").asText()).isEqualTo("OPEN");

    int before = node.provider().get("/calls").body().path("charges").asInt();
    String more = place(card("tok_1"));
    awaitStatus(more, "QUEUED");
    shop.post("/api/orders/" + more + "/cancel", "").expect(202);
    assertThat(shop.awaitEnd(more).text("reason")).isEqualTo("CUSTOMER_REQUEST");
    assertThat(shop.get("/api/payments/" + more).text("attempts")).isEqualTo("0");
    JsonNode calls = node.provider().get("/calls").body();
    assertThat(calls.path("charges").asInt()).isEqualTo(before);
    assertThat(calls.path("refunds").asInt()).isZero();
  }

  @Test
  void a_payment_that_waits_past_the_deadline_cancels_its_order_and_nothing_is_kept_of_it() {
    start(ConfigFactory.parseString("orderflow.payment.deadline = 1s"));
    faults("{'loseAnswers':true}");
    String id = place(card("tok_1"));
    Answer order = shop.awaitEnd(id);
    assertThat(order.text("status")).isEqualTo("CANCELLED");
    assertThat(order.text("reason")).isEqualTo("PAYMENT_TIMEOUT");
    assertThat(shop.get("/api/payments/" + id).text("waitsFor")).isEqualTo("REFUND");
    assertThat(shop.get("/api/products/tea").text("available")).isEqualTo("1000");

    faults("{}");
    awaitStatus(id, "REFUNDED");
    assertThat(succeeded()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void an_order_that_is_cancelled_while_its_payment_waits_ends_at_once_and_costs_nothing(TestDatabase database) {
    start(database.fresh());
    faults("{'loseAnswers':true}");
    String id = place(card("tok_1"));
    awaitStatus(id, "QUEUED");
    shop.post("/api/orders/" + id + "/cancel", "").expect(202);
    assertThat(shop.awaitEnd(id).text("reason")).isEqualTo("CUSTOMER_REQUEST");
    assertThat(shop.get("/ops/sagas/" + id).text("state")).isEqualTo("COMPENSATED");

    node.restart();
    faults("{}");
    awaitStatus(id, "REFUNDED");
    assertThat(succeeded()).isEmpty();
  }

  @Test
  void an_order_whose_charge_was_never_answered_is_confirmed_later_and_charged_once() {
    start(ConfigFactory.empty());
    faults("{'loseAnswers':true}");
    String id = place(card("tok_1"));
    awaitStatus(id, "QUEUED");
    faults("{}");
    assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED");
    assertThat(succeeded()).containsExactly(id);
  }

  @Test
  void a_full_queue_refuses_new_orders_by_card_and_no_others() {
    start(ConfigFactory.parseString("orderflow.payment.queue.max = 3"));
    shop.account("ada", "100.00");
    faults("{'outage':true}");
    String known = shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE"), "Idempotency-Key", "known").expect(201).text("orderId");
    place(card("tok_1"));
    place(card("tok_1"));
    Answer refused = patiently().until(() -> shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")),
        answer -> answer.status() != 201);
    refused.expectProblem(503, "PAYMENT_QUEUE_FULL", null);
    assertThat(refused.headers().firstValue("Retry-After")).contains("10");
    assertThat(shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE"), "Idempotency-Key", "known").expect(201).text("orderId"))
        .isEqualTo(known);
    assertThat(shop.ended(order("tea", 1, account("ada"), "DE")).text("status")).isEqualTo("CONFIRMED");

    faults("{}");
    patiently().atMost(Duration.ofMinutes(2)).until(
        () -> shop.post("/api/orders", order("tea", 1, card("tok_1"), "DE")).status(), status -> status == 201);
  }

  @Test
  void only_payments_that_wait_are_listed() {
    start(ConfigFactory.empty());
    shop.get("/api/payments").expectProblem(400, "INVALID_FIELD", "status");
    shop.get("/api/payments?status=CHARGED").expectProblem(400, "INVALID_FIELD", "status");
    shop.get("/api/payments?status=QUEUED&limit=x").expectProblem(400, "INVALID_FIELD", "limit");
    assertThat(shop.get("/api/payments?status=QUEUED").expect(200).body().path("payments")).isEmpty();
  }

  private void start(Config settings) {
    node = TestNode.start(data, settings.withFallback(QUICK));
    shop = node.shop();
    shop.stock("tea", 1000);
  }

  private void faults(String faults) {
    node.provider().put("/faults", faults).expect(200);
  }

  private String place(String payment) {
    return shop.post("/api/orders", order("tea", 1, payment, "DE")).expect(201).text("orderId");
  }

  private void awaitStatus(String orderId, String status) {
    patiently().until(() -> shop.get("/api/payments/" + orderId).text("status"), status::equals);
  }

  private JsonNode breaker() {
    return shop.get("/ops/breakers").expect(200).body().get(0);
  }

  private List<String> queued() {
    return texts(shop.get("/api/payments?status=QUEUED&limit=500").expect(200).body().path("payments"));
  }

  /** The orders of the charges whose money the provider has, in the order in which it took it. */
  private List<String> succeeded() {
    JsonNode charges = node.provider().get("/ledger").expect(200).body().path("charges");
    return StreamSupport.stream(charges.spliterator(), false).filter(charge -> charge.path("status").asText().equals("succeeded"))
        .map(charge -> charge.path("orderId").asText()).toList();
  }

  private static List<String> texts(JsonNode payments) {
    return StreamSupport.stream(payments.spliterator(), false).map(payment -> payment.path("orderId").asText()).toList();
  }

  private static ConditionFactory patiently() {
    return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
  }
}
