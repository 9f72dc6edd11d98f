package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that wait for their orders' ends by {@code Prefer: wait=N}, on a node with permits for two of them. */
class WaitingClientsSpec {

  private static final String APPLIED = "Preference-Applied";

  @TempDir
  private static Path data;
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(data, ConfigFactory.parseString("orderflow.http.max-waiting = 2"));
    // Orders by card don't come to their ends.
    node.provider().put("/faults", "{'outage':true}").expect(200);
    node.shop().stock("tea", 1000);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"services", "gateway"})
  void clients_that_disconnect_release_their_permits(String part) {
    HttpClient client = HttpClient.newHttpClient();
    String customer = part + "-customer";
    List<CompletableFuture<HttpResponse<String>>> waiting = Stream.generate(() -> place(client, part, 30, customer)).limit(2).toList();
    // Otherwise the probe below could take a permit before them.
    Awaitility.await().until(() -> node.shop().get("/api/orders?customerId=" + customer).expect(200).body().path("orders").size() == 2);
    Awaitility.await().until(() -> !hasWaited(client, part));
    assertThat(waiting).noneMatch(CompletableFuture::isDone);

    waiting.forEach(answer -> answer.cancel(true));
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> hasWaited(client, part));
  }

  @Test
  void clients_that_wait_in_sequence_need_one_permit_each() {
    HttpClient client = HttpClient.newHttpClient();
    // Clients of other tests may still hold permits.
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> bothHaveWaited(client));
    for (int i = 0; i < 5; i++) {
      assertThat(bothHaveWaited(client)).isTrue();
    }
  }

  private static boolean bothHaveWaited(HttpClient client) {
    return Stream.of("services", "gateway").map(part -> CompletableFuture.supplyAsync(() -> hasWaited(client, part))).toList().stream()
        .allMatch(CompletableFuture::join);
  }

  /** Whether a client that asks to wait for a second gets a permit for it. */
  private static boolean hasWaited(HttpClient client, String part) {
    HttpResponse<String> answer = place(client, part, 1, "ada").join();
    assertThat(answer.statusCode()).isEqualTo(201);
    return answer.headers().firstValue(APPLIED).isPresent();
  }

  private static CompletableFuture<HttpResponse<String>> place(HttpClient client, String part, int seconds, String customer) {
    String body = order("tea", 1, card("tok_1"), "DE").replace("'ada'", "'" + customer + "'").replace('\'', '"');
    return client.sendAsync(HttpRequest.newBuilder(uri(part, "/api/orders")).header("Content-Type", "application/json")
        .header("Prefer", "wait=" + seconds).POST(HttpRequest.BodyPublishers.ofString(body))
        .build(), HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(String part, String path) {
    return URI.create("http://127.0.0.1:" + node.port(part) + path);
  }
}
