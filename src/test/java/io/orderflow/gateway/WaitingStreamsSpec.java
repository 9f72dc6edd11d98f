package io.orderflow.gateway;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that wait for orders over HTTP/2, and reset their streams. */
class WaitingStreamsSpec {

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
  void a_reset_stream_releases_its_permit(String part) throws IOException {
    ShopClient probing = new ShopClient("http://127.0.0.1:" + node.port(part));
    String customer = part + "-stream";
    try (RawHttp2Client client = RawHttp2Client.to(node.port(part))) {
      int[] streams = {place(client, customer), place(client, customer)};
      // Otherwise the probe below could take a permit before them.
      Awaitility.await().until(() -> node.shop().get("/api/orders?customerId=" + customer).expect(200).body().path("orders").size() == 2);
      Awaitility.await().until(() -> !hasWaited(probing));
      for (int stream : streams) {
        client.frame(RawHttp2Client.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
      }
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> hasWaited(probing));
      assertThat(client.ask("GET", "/api/products/tea").status()).as("the connection goes on").isEqualTo(200);
    }
  }

  private static int place(RawHttp2Client client, String customer) throws IOException {
    String body = order("tea", 1, card("tok_1"), "DE").replace("'ada'", "'" + customer + "'").replace('\'', '"');
    int stream = client.begin(0, "POST", "/api/orders", "content-type", "application/json", "prefer", "wait=30");
    client.frame(RawHttp2Client.DATA, RawHttp2Client.END_STREAM, stream, body.getBytes(StandardCharsets.UTF_8));
    return stream;
  }

  /** Whether a client that asks to wait for a second gets a permit for it. */
  private static boolean hasWaited(ShopClient client) {
    return client.post("/api/orders", order("tea", 1, card("tok_1"), "DE"), "Prefer", "wait=1").expect(201).headers()
        .firstValue("Preference-Applied").isPresent();
  }
}
