package io.orderflow.simulator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.util.ByteString;
import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.http.Json;
import io.orderflow.simulator.RunningSimulator.Answer;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatorSpec {

  private static final String CHARGE = "{\"orderId\":\"o-1\",\"amount\":\"12.30\",\"currency\":\"EUR\",\"token\":\"tok_visa\"}";

  /** Draws 0, 0.1, 0.2 and so on, in turn. */
  private static final RandomGenerator TENTHS = new RandomGenerator() {
    private int drawn;

    @Override
    public long nextLong() {
      throw new UnsupportedOperationException();
    }

    @Override
    public double nextDouble() {
      return drawn++ % 10 / 10.0;
    }
  };

  @TempDir
  static Path folder;
  private static RunningSimulator simulator;

  private final String key = "order-" + UUID.randomUUID() + "/charge-payment";

  @BeforeAll
  static void start() {
    simulator = RunningSimulator.in(folder, TENTHS);
  }

  @AfterAll
  static void stop() {
    simulator.close();
  }

  @BeforeEach
  void removeFaults() {
    simulator.faults("{}");
  }

  @Test
  void a_charge_succeeds_and_is_in_the_ledger() {
    Answer answer = charge(key, CHARGE);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().get("status").asText()).isEqualTo("succeeded");
    JsonNode entry = entry(key);
    assertThat(entry.get("transactionId")).isEqualTo(answer.body().get("transactionId"));
    assertThat(entry.get("orderId").asText()).isEqualTo("o-1");
    assertThat(entry.get("amount").asText()).isEqualTo("12.30");
    assertThat(entry.get("currency").asText()).isEqualTo("EUR");
    assertThat(entry.get("status").asText()).isEqualTo("succeeded");
    assertThat(entry.get("calls").asInt()).isEqualTo(1);
    assertThat(entry.has("chargedAt")).isTrue();
    assertThat(entry.has("refundedAt")).isFalse();
    assertThat(entry.toString()).doesNotContain("tok_visa");
  }

  @Test
  void a_repeated_charge_gets_the_same_response_and_charges_nothing() {
    Answer first = charge(key, CHARGE);

    Answer again = charge(key, CHARGE.replace("\"12.30\"", "12.3"));

    assertThat(again).isEqualTo(first);
    assertThat(entry(key).get("calls").asInt()).isEqualTo(2);
  }

  @Test
  void another_charge_under_the_same_key_is_rejected() {
    charge(key, CHARGE);

    for (String other : List.of(CHARGE.replace("12.30", "12.31"), CHARGE.replace("EUR", "USD"), CHARGE.replace("o-1", "o-2"),
        CHARGE.replace("tok_visa", "tok_other"))) {
      assertProblem(charge(key, other), 422, "IDEMPOTENCY_KEY_REUSED");
    }
    assertThat(entry(key).get("amount").asText()).isEqualTo("12.30");
  }

  @Test
  void a_decline_is_remembered() {
    String declined = CHARGE.replace("tok_visa", "tok_declined");

    Answer first = charge(key, declined);

    assertThat(first.status()).isEqualTo(402);
    assertThat(first.body()).isEqualTo(json("{\"status\":\"declined\",\"reason\":\"card_declined\"}"));
    assertThat(charge(key, declined)).isEqualTo(first);
    assertProblem(charge(key, CHARGE), 422, "IDEMPOTENCY_KEY_REUSED");
    assertThat(entry(key).get("status").asText()).isEqualTo("declined");
    assertThat(entry(key).has("chargedAt")).isFalse();
  }

  @Test
  void a_refund_by_key_refunds_the_charge_once() {
    charge(key, CHARGE);

    Answer refund = refund("idempotencyKey", key);

    assertThat(refund.status()).isEqualTo(200);
    assertThat(refund.body().toString()).isEqualTo("{\"status\":\"refunded\"}");
    JsonNode entry = entry(key);
    assertThat(entry.get("status").asText()).isEqualTo("refunded");
    assertThat(refund("idempotencyKey", key)).isEqualTo(refund);
    assertThat(entry(key)).isEqualTo(entry);
  }

  @Test
  void a_refund_by_transaction_does_the_same() {
    String transaction = charge(key, CHARGE).body().get("transactionId").asText();

    assertThat(refund("transactionId", transaction).body().get("status").asText()).isEqualTo("refunded");

    assertThat(refund("idempotencyKey", key).body().get("status").asText()).isEqualTo("refunded");
    assertThat(entry(key).get("status").asText()).isEqualTo("refunded");
    assertProblem(refund("transactionId", "tx_unknown"), 404, "UNKNOWN_TRANSACTION");
  }

  @Test
  void a_refunded_charge_cannot_be_made_again() {
    charge(key, CHARGE);
    refund("idempotencyKey", key);

    Answer again = charge(key, CHARGE);

    assertThat(again.status()).isEqualTo(409);
    assertThat(again.body().toString()).isEqualTo("{\"status\":\"refunded\"}");
  }

  @Test
  void a_refund_before_the_charge_finds_nothing_and_makes_the_charge_impossible() {
    assertThat(refund("idempotencyKey", key).body().toString()).isEqualTo("{\"status\":\"nothing_to_refund\"}");

    assertThat(charge(key, CHARGE).status()).isEqualTo(409);
    assertThat(charge(key, CHARGE.replace("12.30", "99.99")).status()).isEqualTo(409);
    assertThat(refund("idempotencyKey", key).body().toString()).isEqualTo("{\"status\":\"nothing_to_refund\"}");
    JsonNode entry = entry(key);
    assertThat(entry.get("status").asText()).isEqualTo("void");
    assertThat(entry.get("calls").asInt()).isEqualTo(2);
    assertThat(entry.has("chargedAt")).isFalse();
  }

  @Test
  void a_refund_of_a_decline_finds_nothing_and_makes_the_key_unusable() {
    String declined = CHARGE.replace("tok_visa", "tok_declined");
    charge(key, declined);

    assertThat(refund("idempotencyKey", key).body().toString()).isEqualTo("{\"status\":\"nothing_to_refund\"}");
    assertThat(charge(key, declined).status()).isEqualTo(409);
  }

  @Test
  void one_of_concurrent_charges_under_one_key_is_made() {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(sent("POST", "/charges", CHARGE, "Idempotency-Key", key));
    }

    assertThat(answers).extracting(answer -> answer.join().statusCode()).containsOnly(200);
    assertThat(answers.stream().map(answer -> answer.join().body()).distinct()).hasSize(1);
    assertThat(entry(key).get("calls").asInt()).isEqualTo(20);
  }

  @Test
  void a_refund_prevails_over_a_concurrent_charge() {
    for (int i = 0; i < 50; i++) {
      String one = key + i;
      CompletableFuture<HttpResponse<String>> charge = sent("POST", "/charges", CHARGE, "Idempotency-Key", one);
      CompletableFuture<HttpResponse<String>> refund = sent("POST", "/refunds", "{\"idempotencyKey\":\"" + one + "\"}");

      boolean charged = charge.join().statusCode() == 200;
      assertThat(charge.join().statusCode()).isIn(200, 409);
      assertThat(refund.join().body()).contains(charged ? "\"refunded\"" : "\"nothing_to_refund\"");
      assertThat(entry(one).get("status").asText()).isEqualTo(charged ? "refunded" : "void");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"orderId\":\"o-1\"}",
      "{\"orderId\":\"o-1\",\"amount\":\"12.30\",\"currency\":\"EUR\",\"token\":\"t\",\"more\":1}",
      "{\"orderId\":\"o-1\",\"amount\":\"12.345\",\"currency\":\"EUR\",\"token\":\"t\"}",
      "{\"orderId\":\"o-1\",\"amount\":\"0\",\"currency\":\"EUR\",\"token\":\"t\"}",
      "{\"orderId\":\"o-1\",\"amount\":1e999999999,\"currency\":\"EUR\",\"token\":\"t\"}",
      "{\"orderId\":\"o-1\",\"amount\":\"1\",\"currency\":\"XXX\",\"token\":\"t\"}",
      "{\"orderId\":\"o 1\",\"amount\":\"1\",\"currency\":\"EUR\",\"token\":\"t\"}",
      "{\"orderId\":\"o-1\",\"amount\":\"1\",\"currency\":\"EUR\",\"token\":\"\"}"})
  void a_malformed_charge_is_a_problem(String body) {
    Answer answer = charge(key, body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.body().get("code").asText()).isNotBlank();
  }

  @Test
  void a_charge_needs_an_idempotency_key() {
    assertProblem(simulator.send("POST", "/charges", CHARGE), 400, "MISSING_FIELD");
    assertProblem(charge("k".repeat(256), CHARGE), 400, "INVALID_FIELD");
    assertThat(charge("k".repeat(255), CHARGE).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"idempotencyKey\":\"a\",\"transactionId\":\"b\"}", "{\"idempotencyKey\":7}",
      "{\"idempotencyKey\":\"käse\"}", "{\"transactionId\":\"\"}", "nothing"})
  void a_malformed_refund_is_a_problem(String body) {
    Answer answer = simulator.send("POST", "/refunds", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.contentType()).startsWith("application/problem+json");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"GET | /charges | 405", "GET | /nothing | 404", "DELETE | /faults | 405",
      "GET | /ledger?limit=0 | 400", "GET | /ledger?limit=1001 | 400", "GET | /ledger?after=x | 400",
      "GET | /ledger?after=-1 | 400", "GET | /ledger?orderId=%20 | 400"})
  void an_unsupported_request_is_a_problem(String method, String path, int status) {
    Answer answer = simulator.send(method, path, "");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.contentType()).startsWith("application/problem+json");
  }

  @Test
  void the_ledger_is_read_by_order_and_page_by_page() {
    String order = "o-" + UUID.randomUUID();
    for (int i = 0; i < 5; i++) {
      charge(key + i, CHARGE.replace("o-1", order));
    }

    List<String> keys = new ArrayList<>();
    String next = "0";
    int pages = 0;
    while (next != null) {
      JsonNode page = simulator.send("GET", "/ledger?orderId=" + order + "&limit=2&after=" + next, "").body();
      page.get("charges").forEach(entry -> keys.add(entry.get("idempotencyKey").asText()));
      next = page.has("next") ? page.get("next").asText() : null;
      pages++;
    }

    assertThat(pages).isEqualTo(3);
    assertThat(keys).containsExactly(key + 0, key + 1, key + 2, key + 3, key + 4);
    JsonNode whole = simulator.send("GET", "/ledger?orderId=" + order, "").body();
    assertThat(whole.get("charges")).hasSize(5);
    assertThat(simulator.send("GET", "/ledger?orderId=nobodys", "").body().toString()).isEqualTo("{\"charges\":[]}");
  }

  @Test
  void the_ledger_survives_a_restart(@TempDir Path own) {
    JsonNode before;
    try (RunningSimulator first = RunningSimulator.in(own)) {
      first.send("POST", "/charges", CHARGE, "Idempotency-Key", "one");
      first.send("POST", "/charges", CHARGE, "Idempotency-Key", "two");
      first.send("POST", "/refunds", "{\"idempotencyKey\":\"two\"}");
      first.send("POST", "/refunds", "{\"idempotencyKey\":\"three\"}");
      before = first.ledger();
    }
    try (RunningSimulator second = RunningSimulator.in(own)) {
      assertThat(second.ledger()).hasSize(3).isEqualTo(before);
      assertThat(second.send("POST", "/charges", CHARGE, "Idempotency-Key", "one").body().get("transactionId"))
          .isEqualTo(before.get(0).get("transactionId"));
      assertThat(second.send("POST", "/charges", CHARGE, "Idempotency-Key", "three").status()).isEqualTo(409);
    }
  }

  @Test
  void faults_replace_one_another_and_can_be_read() {
    simulator.faults("{\"failureRate\":0.25,\"latencyMs\":10,\"outage\":true,\"loseAnswers\":true}");
    assertThat(simulator.send("GET", "/faults", "").body())
        .isEqualTo(json("{\"failureRate\":0.25,\"latencyMs\":10,\"outage\":true,\"loseAnswers\":true}"));

    simulator.faults("{\"latencyMs\":5}");
    assertThat(simulator.send("GET", "/faults", "").body())
        .isEqualTo(json("{\"failureRate\":0.0,\"latencyMs\":5,\"outage\":false,\"loseAnswers\":false}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"failureRate\":1.01}", "{\"failureRate\":-0.1}", "{\"failureRate\":\"1\"}", "{\"latencyMs\":-1}",
      "{\"latencyMs\":1.5}", "{\"latencyMs\":30001}", "{\"outage\":\"yes\"}", "{\"unknown\":true}", "[]"})
  void invalid_faults_are_rejected(String faults) {
    assertThat(simulator.send("PUT", "/faults", faults).status()).isEqualTo(400);
  }

  @Test
  void the_failure_rate_is_the_share_of_calls_that_fail_without_effect() {
    simulator.faults("{\"failureRate\":0.3}");
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      statuses.add(charge(key + i, CHARGE).status());
    }

    assertThat(statuses).filteredOn(status -> status == 500).hasSize(3);
    assertThat(statuses).filteredOn(status -> status == 200).hasSize(7);
    assertThat(entriesUnder(key)).isEqualTo(7);
  }

  @Test
  void in_an_outage_every_call_fails_without_effect() {
    simulator.faults("{\"outage\":true}");
    long before = simulator.charges();

    assertProblem(charge(key, CHARGE), 503, "SIMULATED_OUTAGE");
    assertProblem(refund("idempotencyKey", key), 503, "SIMULATED_OUTAGE");

    assertThat(simulator.charges()).isEqualTo(before + 1);
    assertThat(entriesUnder(key)).isZero();
    simulator.faults("{}");
    assertThat(charge(key, CHARGE).status()).isEqualTo(200);
  }

  @Test
  void latency_delays_the_effect() {
    simulator.faults("{\"latencyMs\":2000}");
    long before = simulator.charges();

    CompletableFuture<HttpResponse<String>> charge = sent("POST", "/charges", CHARGE, "Idempotency-Key", key);
    await().until(() -> simulator.charges() > before);
    simulator.faults("{}");
    refund("idempotencyKey", key);

    assertThat(charge.join().statusCode()).isEqualTo(409);
  }

  @Test
  void a_lost_response_charges_and_keeps_the_client_waiting_until_it_gives_up() throws Exception {
    simulator.faults("{\"loseAnswers\":true}");

    try (Socket client = new Socket("127.0.0.1", URI.create(simulator.url()).getPort())) {
      client.getOutputStream().write(("POST /charges HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Idempotency-Key: " + key + "\r\nContent-Length: " + CHARGE.length() + "\r\n\r\n" + CHARGE).getBytes(US_ASCII));
      await().until(() -> unanswered() == 1);
      assertThat(entry(key).get("status").asText()).isEqualTo("succeeded");
      assertThat(client.getInputStream().available()).isZero();
    }

    await().until(() -> unanswered() == 0);
  }

  @Test
  void waiting_clients_do_not_delay_the_shutdown(@TempDir Path own) {
    CompletableFuture<HttpResponse<String>> charge;
    try (RunningSimulator other = RunningSimulator.in(own)) {
      other.faults("{\"loseAnswers\":true}");
      charge = other.client().sendAsync(other.request("POST", "/charges", CHARGE, "Idempotency-Key", key),
          HttpResponse.BodyHandlers.ofString());
      await().until(() -> other.ledger().size() == 1);
    }
    assertThat(charge.handle((answer, broken) -> answer == null ? 503 : answer.statusCode())).succeedsWithin(Duration.ofSeconds(5))
        .isEqualTo(503);
  }

  private static int unanswered() {
    return simulator.send("GET", "/calls", "").body().get("unanswered").asInt();
  }

  private static Answer charge(String key, String body) {
    return simulator.send("POST", "/charges", body, "Idempotency-Key", key);
  }

  private static Answer refund(String field, String value) {
    return simulator.send("POST", "/refunds", "{\"" + field + "\":\"" + value + "\"}");
  }

  private static CompletableFuture<HttpResponse<String>> sent(String method, String path, String body, String... headers) {
    HttpRequest request = simulator.request(method, path, body, headers);
    return simulator.client().sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(String text) {
    return Json.parse(ByteString.fromString(text));
  }

  private static JsonNode entry(String key) {
    for (JsonNode entry : simulator.ledger()) {
      if (entry.get("idempotencyKey").asText().equals(key)) {
        return entry;
      }
    }
    throw new AssertionError("nothing stands in the ledger under " + key);
  }

  private static int entriesUnder(String prefix) {
    int entries = 0;
    for (JsonNode entry : simulator.ledger()) {
      entries += entry.get("idempotencyKey").asText().startsWith(prefix) ? 1 : 0;
    }
    return entries;
  }

  private static void assertProblem(Answer answer, int status, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.body().get("code").asText()).isEqualTo(code);
  }
}
