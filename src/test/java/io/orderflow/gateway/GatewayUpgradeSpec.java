package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that ask for an upgrade to HTTP/2 are answered by HTTP/1.1, and lose nothing. */
class GatewayUpgradeSpec {

  private static final int[] SIZES = {1, 100_000, 500_000, 2_000_000};

  private static RawUpstream upstream;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.answering(exchange -> exchange.ok("x".repeat(Integer.parseInt(exchange.request().target().substring(1)))));
    gateway = GatewayFixture.before("s", upstream.url(""));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @Test
  void large_answers_reach_each_fresh_client_whole() throws Exception {
    for (int i = 0; i < 200; i++) {
      int size = SIZES[i % SIZES.length];
      // Java's client asks for the upgrade with its first request.
      HttpClient client = HttpClient.newHttpClient();
      HttpResponse<byte[]> answer = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port + "/api/s/" + size))
          .timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(answer.body()).hasSize(size);
    }
  }

  @Test
  void the_wish_is_ignored_and_the_connection_goes_on() throws Exception {
    String wish = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__";
    try (RawClient client = RawClient.to(gateway.port)) {
      for (int i = 0; i < 3; i++) {
        RawMessage answer = client.sendGet("/api/s/5", wish).answer();
        assertThat(answer.line()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(answer.body()).isEqualTo("xxxxx");
        assertThat(answer.header("Upgrade")).isEmpty();
      }
    }
    assertThat(upstream.last().header("Upgrade")).isEmpty();
    assertThat(upstream.last().header("HTTP2-Settings")).isEmpty();
  }
}
