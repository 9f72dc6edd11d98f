package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.testkit.TestAuthority;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that speak HTTP/2. They choose it by ALPN. */
class GatewayHttp2Spec {

  private static RawUpstream upstream;
  private static GatewayFixture gateway;
  private static HttpClient client;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    upstream = RawUpstream.answering(exchange -> exchange.ok("got " + exchange.request().body()));
    TestAuthority authority = new TestAuthority(folder, "authority");
    TestAuthority.Pair pair = authority.issue("dns:localhost");
    gateway = GatewayFixture.with("orderflow { gateway.services.s = [\"" + upstream.url("/base") + "\"], tls { certificate = \"" + pair.certificate()
        + "\", key = \"" + pair.key() + "\" } }", Optional.empty());
    client = HttpClient.newBuilder().version(Version.HTTP_2).sslContext(authority.trusting()).build();
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private static URI uri(String target) {
    return URI.create("https://localhost:" + gateway.port + target);
  }

  @Test
  void a_request_reaches_its_service_with_path_and_query() throws Exception {
    HttpResponse<String> answer = client.send(HttpRequest.newBuilder(uri("/api/s/a%2Fb/?x=1&x=%20&y")).build(), BodyHandlers.ofString());

    assertThat(answer.version()).isEqualTo(Version.HTTP_2);
    assertThat(answer.body()).isEqualTo("got ");
    assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    assertThat(upstream.last().line()).isEqualTo("GET /base/a%2Fb/?x=1&x=%20&y HTTP/1.1");
  }

  @Test
  void the_client_address_is_known() throws Exception {
    HttpResponse<String> answer = client.send(HttpRequest.newBuilder(uri("/api/s/x")).build(), BodyHandlers.ofString());

    assertThat(answer.version()).isEqualTo(Version.HTTP_2);
    assertThat(upstream.last().header("X-Forwarded-For")).hasValue("127.0.0.1");
  }

  @Test
  void a_body_is_forwarded_in_both_directions() throws Exception {
    String body = "x".repeat(200_000);
    HttpResponse<String> answer = client.send(HttpRequest.newBuilder(uri("/api/s/b")).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());

    assertThat(answer.version()).isEqualTo(Version.HTTP_2);
    assertThat(answer.body()).isEqualTo("got " + body);
  }

  @Test
  void many_requests_share_a_connection() {
    List<CompletableFuture<HttpResponse<InputStream>>> answers = IntStream.range(0, 100).mapToObj(i ->
        client.sendAsync(HttpRequest.newBuilder(uri("/api/s/" + i)).build(), BodyHandlers.ofInputStream())).toList();

    assertThat(answers).allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
  }

  @Test
  void a_rejection_is_a_problem_too() throws Exception {
    HttpResponse<String> answer = client.send(HttpRequest.newBuilder(uri("/api/nowhere")).build(), BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
  }
}
