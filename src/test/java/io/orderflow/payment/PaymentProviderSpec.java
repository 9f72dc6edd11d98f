package io.orderflow.payment;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Money;
import io.orderflow.payment.BreakerSnapshot.State;
import io.orderflow.payment.ChargeResult.AlreadyRefunded;
import io.orderflow.payment.ChargeResult.Charged;
import io.orderflow.payment.ChargeResult.Declined;
import io.orderflow.payment.ProviderFailure.Kind;
import io.orderflow.simulator.RunningSimulator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaymentProviderSpec {

  private static final Money AMOUNT = new Money(1230, "EUR");
  /** Longer than any response takes, also on a busy machine. */
  private static final String PATIENT = "timeout = 10s, ";

  @TempDir
  static Path folder;
  private static RunningSimulator simulator;
  private static ActorTestKit kit;

  private final String key = "order-" + UUID.randomUUID() + "/charge-payment";

  @BeforeAll
  static void start() {
    simulator = RunningSimulator.in(folder);
    kit = ActorTestKit.create(Configuration.over(ConfigFactory.parseString("akka.actor.provider = local")));
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
    simulator.close();
  }

  @BeforeEach
  void nothingGoesWrong() {
    simulator.faults("{}");
  }

  @Test
  void a_repeated_charge_is_made_once() {
    PaymentProvider provider = provider(PATIENT);

    ChargeResult first = charge(provider, key);

    assertThat(first).isInstanceOf(Charged.class);
    assertThat(charge(provider, key)).isEqualTo(first);
    JsonNode entry = entry(key);
    assertThat(entry.get("transactionId").asText()).isEqualTo(((Charged) first).transactionId());
    assertThat(entry.get("amount").asText()).isEqualTo("12.30");
    assertThat(entry.get("currency").asText()).isEqualTo("EUR");
    assertThat(entry.get("orderId").asText()).isEqualTo("o-1");
  }

  @Test
  void a_decline_is_a_result_and_not_a_failure() {
    PaymentProvider provider = provider(PATIENT + "breaker.window = 1");

    ChargeResult result = join(provider.charge(key, "o-1", AMOUNT, "tok_declined"));

    assertThat(result).isEqualTo(new Declined("PAYMENT_DECLINED", "card_declined"));
    assertThat(provider.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.CLOSED, 0, 1, null, null));
  }

  @Test
  void a_refund_refunds_the_charge() {
    PaymentProvider provider = provider(PATIENT);
    charge(provider, key);

    assertThat(join(provider.refund(key))).isEqualTo(RefundResult.REFUNDED);
    assertThat(join(provider.refund(key))).isEqualTo(RefundResult.REFUNDED);

    assertThat(entry(key).get("status").asText()).isEqualTo("refunded");
    assertThat(charge(provider, key)).isEqualTo(new AlreadyRefunded());
  }

  @Test
  void a_refund_before_the_charge_makes_it_impossible_and_is_not_a_failure() {
    PaymentProvider provider = provider(PATIENT + "breaker.window = 2");

    assertThat(join(provider.refund(key))).isEqualTo(RefundResult.NOTHING_TO_REFUND);
    assertThat(charge(provider, key)).isEqualTo(new AlreadyRefunded());

    assertThat(provider.snapshot().failureRate()).isZero();
  }

  @Test
  void another_charge_under_the_same_key_is_not_accepted_and_does_not_count_as_a_failure() {
    PaymentProvider provider = provider(PATIENT + "breaker.window = 1");
    charge(provider, key);

    ProviderFailure failure = failure(provider.charge(key, "o-1", new Money(1, "EUR"), "tok_visa"));

    assertThat(failure.kind()).isEqualTo(Kind.NOT_ACCEPTED);
    assertThat(failure).hasMessageContaining("422").hasMessageContaining("/charges").hasNoCause();
    assertThat(provider.snapshot().state()).isEqualTo(State.CLOSED);
  }

  @Test
  void a_provider_that_is_too_slow_leaves_the_charge_in_doubt_and_counts_once() {
    PaymentProvider provider = provider("timeout = 100ms, breaker.window = 10");
    simulator.faults("{\"loseAnswers\":true}");

    ProviderFailure failure = failure(provider.charge(key, "o-1", AMOUNT, "tok_visa"));

    assertThat(failure.kind()).isEqualTo(Kind.IN_DOUBT);
    assertThat(failure).hasMessage("the payment provider did not answer within 100 ms").hasNoCause();
    assertThat(provider.snapshot().calls()).isEqualTo(1);
    await("the connection is given up and the simulator notices").until(() ->
        simulator.send("GET", "/calls", "").body().get("unanswered").asInt() == 0);
    assertThat(provider.snapshot().calls()).isEqualTo(1);
  }

  @Test
  void a_charge_in_doubt_is_settled_by_a_refund() {
    PaymentProvider provider = provider("timeout = 2s");
    simulator.faults("{\"loseAnswers\":true}");
    failure(provider.charge(key, "o-1", AMOUNT, "tok_visa"));
    simulator.faults("{}");

    assertThat(join(provider.refund(key))).isEqualTo(RefundResult.REFUNDED);
    assertThat(entry(key).get("status").asText()).isEqualTo("refunded");
  }

  @Test
  void connections_without_an_answer_become_free_for_later_calls() {
    PaymentProvider provider = provider("timeout = 300ms, connections = 2, breaker.window = 100");
    simulator.faults("{\"loseAnswers\":true}");
    List<CompletionStage<ChargeResult>> lost = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      lost.add(provider.charge(key + i, "o-1", AMOUNT, "tok_visa"));
    }
    lost.forEach(PaymentProviderSpec::failure);
    simulator.faults("{}");

    await().ignoreExceptions().until(() -> charge(provider, key) instanceof Charged);
  }

  @Test
  void one_call_more_than_may_wait_is_not_sent_and_does_not_count_against_the_provider() {
    PaymentProvider provider = provider("timeout = 1s, connections = 1, waiting = 1, breaker.window = 1000");
    simulator.faults("{\"loseAnswers\":true}");

    List<CompletionStage<ChargeResult>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(provider.charge(key + i, "o-1", AMOUNT, "tok_visa"));
    }
    List<ProviderFailure> failures = all.stream().map(PaymentProviderSpec::failure).toList();

    long unsent = failures.stream().filter(failure -> failure.kind() == Kind.NOT_CALLED).count();
    assertThat(unsent).isPositive();
    assertThat(failures).filteredOn(failure -> failure.kind() == Kind.NOT_CALLED)
        .extracting(Throwable::getMessage).containsOnly("too many calls wait for a connection to the payment provider");
    assertThat(provider.snapshot().calls()).isEqualTo(20 - (int) unsent);
  }

  @Test
  void an_outage_opens_the_breaker_at_the_threshold_and_then_no_request_is_sent() {
    PaymentProvider provider = provider(PATIENT + "breaker { window = 10, failure-rate = 50, open = 1h }");
    for (int i = 0; i < 5; i++) {
      charge(provider, key + i);
    }
    simulator.faults("{\"outage\":true}");
    for (int i = 5; i < 9; i++) {
      assertThat(failure(provider.charge(key + i, "o-1", AMOUNT, "tok_visa")).kind()).isEqualTo(Kind.IN_DOUBT);
    }
    assertThat(provider.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.CLOSED, 4 * 100.0 / 9, 9, null, null));

    failure(provider.refund(key));

    assertThat(provider.snapshot().state()).isEqualTo(State.OPEN);
    assertThat(provider.snapshot().failureRate()).isEqualTo(50);
    assertThat(provider.snapshot().openSince()).isNotNull();
    assertThat(provider.permitsCalls()).isFalse();
    simulator.faults("{}");
    long before = simulator.charges();
    for (int i = 0; i < 20; i++) {
      ProviderFailure refused = failure(provider.charge(key + "late" + i, "o-1", AMOUNT, "tok_visa"));
      assertThat(refused.kind()).isEqualTo(Kind.NOT_CALLED);
      assertThat(refused).hasMessageContaining("circuit breaker is open");
    }
    assertThat(simulator.charges()).isEqualTo(before);
  }

  @Test
  void half_open_three_good_calls_close_it() {
    PaymentProvider provider = opened();

    await().until(provider::permitsCalls);
    assertThat(provider.snapshot().state()).isEqualTo(State.HALF_OPEN);
    simulator.faults("{}");
    charge(provider, key + 1);
    charge(provider, key + 2);
    assertThat(provider.snapshot().state()).isEqualTo(State.HALF_OPEN);
    assertThat(provider.snapshot().calls()).isEqualTo(2);
    charge(provider, key + 3);

    assertThat(provider.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.CLOSED, 0, 0, null, null));
  }

  @Test
  void half_open_two_failures_of_three_open_it_again_until_the_provider_is_back() {
    PaymentProvider provider = opened();
    List<State> heard = new ArrayList<>();
    await().until(provider::permitsCalls);
    provider.onTransition(heard::add);

    failure(provider.refund(key + 5));
    failure(provider.refund(key + 6));
    assertThat(heard).isEmpty();
    simulator.faults("{}");
    charge(provider, key + 1);

    assertThat(heard).startsWith(State.OPEN);
    await().until(() -> heard.contains(State.HALF_OPEN) && provider.permitsCalls());
    charge(provider, key + 2);
    charge(provider, key + 3);
    charge(provider, key + 4);
    assertThat(heard).containsExactly(State.OPEN, State.HALF_OPEN, State.CLOSED);
  }

  @Test
  void a_provider_that_cannot_be_reached_is_a_failure_and_reached_again_as_soon_as_it_is_back() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    PaymentProvider provider = new PaymentProvider(kit.system(), settings(PATIENT + "breaker.window = 100"),
        "http://127.0.0.1:" + port);

    for (int i = 0; i < 5; i++) {
      ProviderFailure failure = failure(provider.refund(key + i));
      assertThat(failure.kind()).isEqualTo(Kind.IN_DOUBT);
      assertThat(failure).hasMessage("the connection to the payment provider failed: java.net.ConnectException: Connection refused");
    }
    assertThat(provider.snapshot().calls()).isEqualTo(5);

    try (ServerSocket back = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      answer(back, http(200, "{\"status\":\"refunded\"}"));
      assertThat(join(provider.refund(key))).isEqualTo(RefundResult.REFUNDED);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "200 | nothing | IN_DOUBT", "200 | {} | IN_DOUBT", "200 | [] | IN_DOUBT", "200 | {\"status\":\"succeeded\"} | IN_DOUBT",
      "200 | {\"status\":\"declined\",\"transactionId\":\"t\"} | IN_DOUBT", "200 | '' | IN_DOUBT", "201 | {} | IN_DOUBT",
      "402 | {} | IN_DOUBT", "409 | {\"status\":\"conflict\"} | IN_DOUBT", "408 | {} | IN_DOUBT", "429 | {} | IN_DOUBT",
      "500 | {\"status\":\"succeeded\",\"transactionId\":\"t\"} | IN_DOUBT", "503 | '' | IN_DOUBT",
      "302 | {} | IN_DOUBT", "400 | {} | NOT_ACCEPTED", "401 | {} | IN_DOUBT", "404 | nothing | IN_DOUBT", "422 | {} | NOT_ACCEPTED"})
  void an_unexpected_response_is_a_failure(int status, String body, Kind kind) throws IOException {
    ProviderFailure failure = failureOf(http(status, body));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure).hasMessage("the payment provider answered /charges with an unexpected " + status).hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"})
  void a_connection_that_breaks_off_is_a_failure_in_doubt(String answer) throws IOException {
    ProviderFailure failure = failureOf(answer);
    assertThat(failure.kind()).isEqualTo(Kind.IN_DOUBT);
    assertThat(failure.getMessage()).containsAnyOf("connection to the payment provider failed", "response of the payment provider can't be read")
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no\\u0000 money", "no\\n money", "no\\u001b money", "no\\u0085 money", "no\\u2028 money", "no\\ud800 money",
      "no\\u202e money"})
  void a_reason_with_a_harmful_character_is_sanitised(String reason) throws IOException {
    assertThat(chargedWith(http(402, "{\"status\":\"declined\",\"reason\":\"" + reason + "\"}")))
        .isEqualTo(new Declined("PAYMENT_DECLINED", "no\ufffd money"));
  }

  @Test
  void a_transaction_id_is_sanitised_too_and_long_texts_are_cut() throws IOException {
    assertThat(chargedWith(http(200, "{\"status\":\"succeeded\",\"transactionId\":\"t\\u0000x\"}"))).isEqualTo(new Charged("t\ufffdx"));
    assertThat(chargedWith(http(402, "{\"status\":\"declined\",\"reason\":\"" + "\\ud83d\\ude00".repeat(200) + "\"}")))
        .isEqualTo(new Declined("PAYMENT_DECLINED", "\ud83d\ude00".repeat(127)));
  }

  @Test
  void a_malformed_response_forges_no_log_line() throws IOException {
    ProviderFailure failure = failureOf("HTTP/1.1 200 O\u001bK\u0000\r\nContent-Length: x\u001b[2J\r\n\r\n");
    assertThat(failure.getMessage().codePoints()).noneMatch(Character::isISOControl);
    assertThat(failure.getMessage().length()).isLessThan(400);
  }

  @Test
  void repeated_failures_of_one_payment_count_once_and_those_of_a_payment_that_is_known_to_fail_do_not_count() {
    PaymentProvider provider = provider(PATIENT + "breaker { window = 2, failure-rate = 50, open = 1h }");
    simulator.faults("{\"outage\":true}");
    for (int i = 0; i < 5; i++) {
      failure(provider.charge(key, "o-1", AMOUNT, "tok_visa"));
      failure(provider.charge(key + i, "o-1", AMOUNT, "tok_visa", true));
    }
    assertThat(provider.snapshot()).isEqualTo(new BreakerSnapshot("payment-provider", State.CLOSED, 100, 1, null, null));
    failure(provider.charge(key + "other", "o-1", AMOUNT, "tok_visa"));
    assertThat(provider.snapshot().state()).isEqualTo(State.OPEN);
  }

  @Test
  void a_response_that_is_too_long_is_not_read() throws IOException {
    ProviderFailure failure = failureOf(http(200, "{\"status\":\"succeeded\",\"transactionId\":\"" + "t".repeat(70_000) + "\"}"));

    assertThat(failure.kind()).isEqualTo(Kind.IN_DOUBT);
    assertThat(failure.getMessage()).startsWith("the response of the payment provider can't be read: ");
  }

  @Test
  void an_invalid_url_is_refused_at_once() {
    for (String url : List.of("", "localhost:9090", "ftp://localhost", "http://", "http://host?query")) {
      assertThatThrownBy(() -> new PaymentProvider(kit.system(), settings(""), url)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static PaymentProvider opened() {
    PaymentProvider provider = provider(PATIENT + "breaker { window = 2, failure-rate = 50, half-open-calls = 3, open = 50ms }");
    simulator.faults("{\"outage\":true}");
    failure(provider.refund("never"));
    failure(provider.refund("nothing"));
    return provider;
  }

  private static PaymentProvider provider(String settings) {
    return new PaymentProvider(kit.system(), settings(settings), simulator.url() + "/");
  }

  private static Config settings(String changed) {
    return ConfigFactory.parseString(changed).withFallback(kit.system().settings().config().getConfig("orderflow.payment"));
  }

  private static ChargeResult charge(PaymentProvider provider, String key) {
    return join(provider.charge(key, "o-1", AMOUNT, "tok_visa"));
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static ProviderFailure failure(CompletionStage<?> stage) {
    try {
      throw new AssertionError("it did not fail: " + join(stage));
    } catch (CompletionException failed) {
      return (ProviderFailure) failed.getCause();
    }
  }

  private static JsonNode entry(String key) {
    for (JsonNode entry : simulator.ledger()) {
      if (entry.get("idempotencyKey").asText().equals(key)) {
        return entry;
      }
    }
    throw new AssertionError("nothing stands in the ledger under " + key);
  }

  /** The failure of a charge that is answered with these bytes before the connection ends. */
  private ProviderFailure failureOf(String answer) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      answer(socket, answer);
      PaymentProvider provider = new PaymentProvider(kit.system(), settings(PATIENT), "http://127.0.0.1:" + socket.getLocalPort());
      return failure(provider.charge(key, "o-1", AMOUNT, "tok_visa"));
    }
  }

  /** The result of a charge that is answered with these bytes. */
  private ChargeResult chargedWith(String answer) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      answer(socket, answer);
      return charge(new PaymentProvider(kit.system(), settings(PATIENT), "http://127.0.0.1:" + socket.getLocalPort()), key);
    }
  }

  private static void answer(ServerSocket socket, String answer) {
    CompletableFuture.runAsync(() -> {
      try (Socket client = socket.accept()) {
        client.getInputStream().read(new byte[8192]);
        client.getOutputStream().write(answer.getBytes(US_ASCII));
      } catch (IOException gone) {
        throw new IllegalStateException(gone);
      }
    }, task -> new Thread(task).start());
  }

  private static String http(int status, String body) {
    return "HTTP/1.1 " + status + " Said\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }
}
