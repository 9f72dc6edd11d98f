package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.orderflow.http.ClientPresence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Malicious and faulty clients: their malformed requests reach no service, and the gateway keeps serving. */
class GatewayHostileSpec {

  private static RawUpstream upstream;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.answering(exchange -> exchange.ok("ok " + exchange.request().body()));
    gateway = GatewayFixture.with("""
        orderflow.gateway.services.s = ["%s"]
        orderflow.gateway.server-settings.akka.http.server.idle-timeout = 1s
        """.formatted(upstream.url("")), java.util.Optional.empty());
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @AfterEach
  void it_still_serves() throws Exception {
    assertThat(RawClient.get(gateway.port, "/api/s/x").status()).isEqualTo(200);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("a length and chunks", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "0\r\n\r\nGET /api/s/smuggled HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("chunks and a length", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
            + "0\r\n\r\nGET /api/s/smuggled HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("two lengths", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400),
        Arguments.of("a list of lengths", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nContent-Length: 4, 5\r\n\r\nabcde", 400),
        Arguments.of("a signed length", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\nabcd", 400),
        Arguments.of("a negative length", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\nabcd", 400),
        Arguments.of("an obscured coding", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
        Arguments.of("two codings", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
        Arguments.of("a repeated coding", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"
            + "0\r\n\r\n", 400),
        Arguments.of("a space before the colon", "POST /api/s/evil HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        Arguments.of("a bare CR in a header", "GET /api/s/evil HTTP/1.1\r\nHost: h\r\nX-A: 1\rX-B: 2\r\n\r\n", 400),
        Arguments.of("a bare CR in the target", "GET /api/s/evil\rX HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("a NUL in a header", "GET /api/s/evil HTTP/1.1\r\nHost: h\r\nX-A: 1\0002\r\n\r\n", 400),
        Arguments.of("two hosts", "GET /api/s/evil HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        Arguments.of("no host", "GET /api/s/evil HTTP/1.1\r\n\r\n", 400),
        Arguments.of("a broken escape", "GET /api/s/evil%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        Arguments.of("an unknown method", "STEAL /api/s/evil HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        Arguments.of("an unknown version", "GET /api/s/evil HTTP/3.7\r\nHost: h\r\n\r\n", 505),
        Arguments.of("no version", "GET /api/s/evil\r\nHost: h\r\n\r\n", -1),
        Arguments.of("noise", "\u0016\u0003\u0001\u0002garbage that is long enough to be looked at\r\n\r\n", -1),
        Arguments.of("a tunnel", "CONNECT s:80 HTTP/1.1\r\nHost: s:80\r\n\r\n", 405),
        Arguments.of("a huge target", "GET /api/s/evil" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: h\r\n\r\n", 414),
        Arguments.of("a huge header", "GET /api/s/evil HTTP/1.1\r\nHost: h\r\nX-A: " + "x".repeat(9_000) + "\r\n\r\n", 431),
        Arguments.of("a huge name", "GET /api/s/evil HTTP/1.1\r\nHost: h\r\n" + "x".repeat(9_000) + ": 1\r\n\r\n", 431),
        Arguments.of("too many headers", "GET /api/s/evil HTTP/1.1\r\nHost: h\r\n" + "X-A: 1\r\n".repeat(100) + "\r\n", -1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void a_malformed_request_is_rejected_and_reaches_no_service(String what, String bytes, int status) throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send(bytes);
      RawMessage answer = client.answer();
      if (status > 0) {
        assertThat(answer.status()).isEqualTo(status);
      }
      assertThat(answer.status()).isBetween(400, 505);
      assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
      assertThat(client.in.read()).as("the connection is closed").isEqualTo(-1);
    }
    assertThat(upstream.requests).extracting(RawMessage::target).doesNotContain("/evil", "/smuggled");
  }

  @Test
  void a_line_that_ends_in_a_bare_newline_reaches_the_service_with_crlf() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("GET /api/s/newlines HTTP/1.1\nHost: h\nX-A: 1\n\n");
      assertThat(client.answer().status()).isEqualTo(200);
    }
    assertThat(upstream.last().header("X-A")).hasValue("1");
  }

  @Test
  void a_folded_header_reaches_the_service_as_one_line() throws Exception {
    RawClient.get(gateway.port, "/api/s/folded", "X-A: 1", " Transfer-Encoding: chunked");

    assertThat(upstream.last().header("X-A")).hasValue("1 Transfer-Encoding: chunked");
    assertThat(upstream.last().header("Transfer-Encoding")).isEmpty();
  }

  @Test
  void chunks_of_a_wrong_size_end_the_exchange() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("POST /api/s/liar HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\n0\r\n\r\n");
      RawMessage answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).contains("MALFORMED_BODY");
    }
    assertThat(upstream.requests).extracting(RawMessage::target).doesNotContain("/liar");
  }

  @Test
  void bytes_after_a_request_are_a_request_of_their_own() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("POST /api/s/one HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nabGET /api/s/two HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(client.answer().body()).isEqualTo("ok ab");
      assertThat(client.answer().body()).isEqualTo("ok ");
    }
  }

  @Test
  void a_client_that_never_ends_its_headers_is_disconnected() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("GET /api/s/slow HTTP/1.1\r\nHost: h\r\nX-A: ");
      assertThat(ended(client)).isTrue();
    }
  }

  @Test
  void a_client_that_never_ends_its_body_is_disconnected_and_frees_the_service() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.send("POST /api/s/slow-body HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nabc");
      assertThat(ended(client)).isTrue();
    }
    assertThat(upstream.requests).extracting(RawMessage::target).doesNotContain("/slow-body");
  }

  @Test
  void four_thousand_idle_connections_do_not_block_others() throws Exception {
    try (GatewayFixture patient = GatewayFixture.with("""
        orderflow.gateway.services.s = ["%s"]
        orderflow.http.connections.max-per-client = 5000
        """.formatted(upstream.url("")), java.util.Optional.empty())) {
      ClientPresence connected = ClientPresence.of(patient.kit.system().classicSystem());
      Process clients = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
          "-cp", "target/test-classes", IdleClients.class.getName(), Integer.toString(patient.port), "4000")
          .redirectError(ProcessBuilder.Redirect.INHERIT).start();
      try {
        assertThat(clients.inputReader().readLine()).isEqualTo("open 4000");
        await().atMost(Duration.ofSeconds(30)).until(() -> connected.size() >= 4_000);
        assertThat(RawClient.get(patient.port, "/api/s/x").status()).isEqualTo(200);
      } finally {
        clients.destroyForcibly().waitFor();
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> connected.size() == 0);
    }
  }

  /** Whether the gateway ends the connection, with or without a response. */
  private static boolean ended(RawClient client) {
    try {
      client.in.readAllBytes();
      return true;
    } catch (IOException reset) {
      return !(reset instanceof java.net.SocketTimeoutException);
    }
  }
}
