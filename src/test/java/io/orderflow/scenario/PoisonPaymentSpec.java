package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.FickleProvider;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Payments that the provider always fails or refuses, beside others that are well: a whole node over HTTP. */
class PoisonPaymentSpec {

  private static final String POISON = "tok_poison";

  @TempDir
  private Path data;
  private FickleProvider provider;
  private TestNode node;
  private ShopClient shop;

  @BeforeEach
  void startProvider() throws IOException {
    provider = new FickleProvider();
  }

  @AfterEach
  void stop() {
    node.close();
    provider.close();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void a_charge_that_always_fails_holds_up_no_other_and_makes_pauses_over_a_restart(TestDatabase database) {
    start(database.fresh().root().render());
    provider.charges(POISON, 500);
    String poison = place(POISON);
    awaitPayment(poison, "status", "QUEUED");
    List<String> good = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      good.add(place("tok_good"));
    }
    good.forEach(id -> assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED"));
    awaitOnlyPostponed(1);
    confirmedAtOnce(10);

    int failed = patiently().until(() -> payment(poison).path("attempts").asInt(), attempts -> attempts >= 4);
    node.restart();
    assertThat(payment(poison).path("status").asText()).isEqualTo("QUEUED");
    confirmedAtOnce(5);
    assertThat(breaker()).isEqualTo("CLOSED");
    assertThat(provider.callsOf("charge " + POISON)).as("calls after %d with pauses that double", failed).isLessThan(15);

    provider.charges(POISON, 200);
    assertThat(shop.awaitEnd(poison).text("status")).isEqualTo("CONFIRMED");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 5, 12})
  void neither_do_as_many_as_decide_the_breaker(int poisoned) {
    start("");
    provider.charges(POISON, 500);
    List<String> poison = new ArrayList<>();
    for (int i = 0; i < poisoned; i++) {
      poison.add(place(POISON));
      awaitPayment(poison.get(i), "status", "QUEUED");
    }
    List<String> good = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      good.add(place("tok_good"));
    }
    good.forEach(id -> assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED"));
    awaitOnlyPostponed(poisoned);
    confirmedAtOnce(15);
    assertThat(breaker()).isEqualTo("CLOSED");

    provider.charges(POISON, 200);
    poison.forEach(id -> assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED"));
  }

  @Test
  void a_charge_that_always_fails_ends_with_its_deadline() {
    start("orderflow.payment.deadline = 3s");
    provider.charges(POISON, 503);
    String poison = place(POISON);
    String good = place("tok_good");
    assertThat(shop.awaitEnd(good).text("status")).isEqualTo("CONFIRMED");
    assertThat(shop.awaitEnd(poison).text("reason")).isEqualTo("PAYMENT_TIMEOUT");
    awaitPayment(poison, "status", "REFUNDED");
  }

  @Test
  void in_an_outage_the_order_is_kept_whatever_has_failed_how_often() {
    start("orderflow.payment.breaker.open = 3s");
    provider.outage(503);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      ids.add(place("tok_good"));
      awaitPayment(ids.get(i), "status", "QUEUED");
    }
    long before = provider.calls().size();
    // Not in the midst of trial calls: the oldest payment's could fail just before the end of the outage, and the next one's succeed.
    patiently().until(() -> provider.calls().size() > before + 3 && breaker().equals("OPEN"));
    int made = provider.calls().size();
    provider.outage(0);
    ids.forEach(id -> assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED"));
    // A payment's last call is the one that succeeded.
    List<String> order = provider.calls().stream().map(call -> call.replaceFirst(".* ", "")).toList();
    List<String> succeeded = new ArrayList<>(ids);
    succeeded.sort(Comparator.comparing(order::lastIndexOf));
    assertThat(succeeded).as("the calls: %s, of which the first %d failed", order.stream().map(ids::indexOf).toList(), made)
        .containsExactlyElementsOf(ids);
  }

  @ParameterizedTest
  @ValueSource(ints = {422, 404})
  void a_queued_refund_that_is_refused_is_seen_holds_up_nothing_and_is_taken_up_again(int status) {
    start("");
    provider.refunds(POISON, 500);
    String refused = ended(POISON, "ZZ");
    assertThat(saga(refused)).isEqualTo("COMPENSATED");
    provider.refunds(POISON, status);

    patiently().until(() -> saga(refused), "COMPENSATION_FAILED"::equals);
    patiently().until(() -> listed("/ops/sagas?state=COMPENSATION_FAILED", "sagas", "sagaId"), List.of(refused)::equals);
    assertThat(step(refused).path("status").asText()).isEqualTo("COMPENSATION_FAILED");
    assertThat(step(refused).path("error").asText()).contains(Integer.toString(status));
    patiently().until(() -> listed("/api/payments?status=REFUND_FAILED", "payments", "orderId"), List.of(refused)::equals);
    assertThat(listed("/api/payments?status=QUEUED", "payments", "orderId")).isEmpty();
    assertThat(shop.get("/api/orders/" + refused).text("status")).isEqualTo("CANCELLED");
    patiently().untilAsserted(() -> assertThat(node.management().text("/metrics")).contains("orderflow_refunds_failed 1.0")
        .contains("orderflow_sagas_seconds_count{definition=\"order\",state=\"COMPENSATION_FAILED\"} 1"));
    confirmedAtOnce(5);

    node.restart();
    assertThat(saga(refused)).isEqualTo("COMPENSATION_FAILED");
    provider.refunds(POISON, 200);
    shop.post("/ops/sagas/" + refused + "/retry", "").expect(202);
    patiently().until(() -> saga(refused), "COMPENSATED"::equals);
    awaitPayment(refused, "status", "REFUNDED");
    patiently().until(() -> listed("/api/payments?status=REFUND_FAILED", "payments", "orderId"), List.of()::equals);
    shop.post("/ops/sagas/" + refused + "/retry", "").expectProblem(409, "NOTHING_TO_RETRY", null);
  }

  @Test
  void a_refund_that_fails_for_ever_ends_with_its_deadline_and_holds_up_nothing() {
    start("orderflow.payment.refund-deadline = 5s");
    provider.refunds(POISON, 500);
    List<String> failing = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      failing.add(ended(POISON, "ZZ"));
    }
    for (int i = 0; i < 5; i++) {
      assertThat(shop.get("/api/orders/" + ended("tok_good", "DE")).text("status")).isEqualTo("CONFIRMED");
    }
    awaitPayment(ended("tok_good", "ZZ"), "status", "REFUNDED");
    failing.forEach(id -> patiently().until(() -> saga(id), "COMPENSATION_FAILED"::equals));
    long calls = provider.callsOf("refund " + POISON);
    confirmedAtOnce(5);
    assertThat(provider.callsOf("refund " + POISON)).as("no call is made once it was given up").isEqualTo(calls);

    shop.post("/ops/sagas/" + failing.get(0) + "/retry", "").expect(202);
    patiently().until(() -> provider.callsOf("refund " + POISON) > calls);
    patiently().until(() -> saga(failing.get(0)), "COMPENSATED"::equals);
    assertThat(payment(failing.get(0)).path("status").asText()).as("queued once more").isEqualTo("QUEUED");
  }

  /** As many good orders one after the other, none of which waits for anything. */
  private void confirmedAtOnce(int orders) {
    for (int i = 0; i < orders; i++) {
      String id = place("tok_good");
      assertThat(shop.awaitEnd(id).text("status")).isEqualTo("CONFIRMED");
      assertThat(payment(id).path("attempts").asInt()).isEqualTo(1);
      assertThat(payment(id).has("queuedAt")).as("the payment %s has waited", payment(id)).isFalse();
    }
  }

  /** Until the node has seen that so many payments wait, all of them postponed. */
  private void awaitOnlyPostponed(int payments) {
    patiently().until(() -> node.management().text("/metrics"), metrics -> metrics.contains("orderflow_payments_postponed " + payments + ".0")
        && metrics.contains("orderflow_payments_waiting " + payments + ".0"));
  }

  private void start(String settings) {
    node = TestNode.start(data, ConfigFactory.parseString(settings).withFallback(
        ConfigFactory.parseString("orderflow.payment { url = \"" + provider.url() + "\", breaker.open = 1s }")));
    shop = node.shop();
    shop.stock("tea", 1000);
  }

  private String place(String token) {
    return shop.post("/api/orders", order("tea", 1, card(token), "DE")).expect(201).text("orderId");
  }

  private String ended(String token, String country) {
    return shop.ended(order("tea", 1, card(token), country)).text("orderId");
  }

  private void awaitPayment(String orderId, String field, String value) {
    patiently().until(() -> payment(orderId).path(field).asText(), value::equals);
  }

  private JsonNode payment(String orderId) {
    return shop.get("/api/payments/" + orderId).body();
  }

  private String saga(String id) {
    return shop.get("/ops/sagas/" + id).text("state");
  }

  private JsonNode step(String id) {
    JsonNode steps = shop.get("/ops/sagas/" + id).expect(200).body().path("steps");
    return StreamSupport.stream(steps.spliterator(), false).filter(step -> step.path("name").asText().equals("charge-payment")
        && step.path("kind").asText().equals("COMPENSATION")).findFirst().orElseThrow();
  }

  private String breaker() {
    return shop.get("/ops/breakers").expect(200).body().get(0).path("state").asText();
  }

  private List<String> listed(String path, String list, String field) {
    return StreamSupport.stream(shop.get(path).expect(200).body().path(list).spliterator(), false)
        .map(row -> row.path(field).asText()).toList();
  }

  private static ConditionFactory patiently() {
    return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
  }
}
