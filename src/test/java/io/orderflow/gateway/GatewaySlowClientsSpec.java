package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.orderflow.http.ClientPresence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send slowly, and clients that open many connections. */
class GatewaySlowClientsSpec {

  private static final int MAX = 40;

  private static RawUpstream upstream;
  private static GatewayFixture gateway;
  private static ClientPresence connected;

  @BeforeAll
  static void start() throws Exception {
    upstream = RawUpstream.answering(exchange -> exchange.ok("ok"));
    gateway = GatewayFixture.with("""
        orderflow.gateway.services.s = ["%s"]
        orderflow.http.header-timeout = 1s
        orderflow.http.connections.max-per-client = %d
        """.formatted(upstream.url(""), MAX), Optional.empty());
    connected = ClientPresence.of(gateway.kit.system().classicSystem());
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /api/s/x HTTP/1.1\r\nHost: h\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "\r\n\r\n\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\010\006\0\0\0\0\0\0\0\0\0\0\0"})
  void a_byte_now_and_then_does_not_keep_a_connection_open(String bytes) throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      client.socket.setSoTimeout(300);
      int sent = 0;
      while (!ended(client)) {
        assertThat(sent).as("bytes that were taken").isLessThan(30);
        client.out.write(bytes.getBytes(StandardCharsets.ISO_8859_1)[Math.min(sent, bytes.length() - 1)]);
        sent++;
      }
    }
  }

  @Test
  void headers_that_arrive_too_slowly_are_a_problem() throws Exception {
    try (RawClient client = RawClient.to(gateway.port)) {
      RawMessage answer = client.send("GET /api/s/x HTTP/1.1\r\nHost:").answer();
      assertThat(answer.status()).isEqualTo(408);
      assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
      assertThat(client.in.read()).isEqualTo(-1);
    }
  }

  @Test
  void a_client_has_no_more_connections_than_its_share_and_gets_them_back() throws Exception {
    await().until(() -> connected.size() == 0);
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < MAX; i++) {
        RawClient client = RawClient.to(gateway.port);
        clients.add(client);
        assertThat(client.sendGet("/api/s/x").answer().status()).isEqualTo(200);
      }
      try (RawClient tooMany = RawClient.to(gateway.port)) {
        assertThat(closed(tooMany)).isTrue();
      }
      clients.remove(0).close();
      await().atMost(Duration.ofSeconds(10)).ignoreException(IOException.class).ignoreException(NullPointerException.class)
          .until(() -> RawClient.get(gateway.port, "/api/s/x").status() == 200);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
    await().until(() -> connected.size() == 0);
    assertThat(RawClient.get(gateway.port, "/api/s/x").status()).isEqualTo(200);
  }

  private static boolean closed(RawClient client) {
    try {
      return client.in.read() < 0;
    } catch (IOException reset) {
      return !(reset instanceof java.net.SocketTimeoutException);
    }
  }

  /** Whether the gateway has ended the connection; waits a moment for it. */
  private static boolean ended(RawClient client) {
    try {
      while (client.in.read() >= 0) {
        // An answer before the end is fine.
      }
      return true;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }
}
