package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that speak HTTP/2 without encryption. */
class GatewayHttp2Spec {

  private static RawUpstream upstream;
  private static GatewayFixture gateway;
  private static final HttpClient CLIENT = HttpClient.newBuilder().version(Version.HTTP_2).build();

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.answering(exchange -> exchange.ok("got " + exchange.request().body()));
    gateway = GatewayFixture.before("s", upstream.url("/base"));
    // The first request of Java's client asks for the upgrade.
    CLIENT.send(HttpRequest.newBuilder(uri("/api/s/upgrade")).build(), BodyHandlers.ofString());
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private static URI uri(String target) {
    return URI.create("http://127.0.0.1:" + gateway.port + target);
  }

  @Test
  void a_request_reaches_its_service_with_path_and_query() throws Exception {
    HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(uri("/api/s/a%2Fb/?x=1&x=%20&y")).build(), BodyHandlers.ofString());

    assertThat(answer.version()).isEqualTo(Version.HTTP_2);
    assertThat(answer.body()).isEqualTo("got ");
    assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    assertThat(upstream.last().line()).isEqualTo("GET /base/a%2Fb/?x=1&x=%20&y HTTP/1.1");
  }

  @Test
  void the_client_address_is_known_after_an_upgrade_too() throws Exception {
    HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(uri("/api/s/x")).build(), BodyHandlers.ofString());

    assertThat(answer.version()).isEqualTo(Version.HTTP_2);
    assertThat(upstream.last().header("X-Forwarded-For")).hasValue("127.0.0.1");
  }

  @Test
  void a_body_is_forwarded_in_both_directions() throws Exception {
    String body = "x".repeat(200_000);
    HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(uri("/api/s/b")).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());

    assertThat(answer.version()).isEqualTo(Version.HTTP_2);
    assertThat(answer.body()).isEqualTo("got " + body);
  }

  @Test
  void many_requests_share_a_connection() {
    List<CompletableFuture<HttpResponse<InputStream>>> answers = IntStream.range(0, 100).mapToObj(i ->
        CLIENT.sendAsync(HttpRequest.newBuilder(uri("/api/s/" + i)).build(), BodyHandlers.ofInputStream())).toList();

    assertThat(answers).allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
  }

  @Test
  void a_rejection_is_a_problem_too() throws Exception {
    HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(uri("/api/nowhere")).build(), BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
  }
}
