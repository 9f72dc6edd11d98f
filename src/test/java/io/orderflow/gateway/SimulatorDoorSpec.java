package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.orderflow.simulator.RunningSimulator;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulator's port has the door of the other ports. */
class SimulatorDoorSpec {

  private static final int MAX_CONNECTIONS = 5;

  @TempDir
  private static Path folder;
  private static RunningSimulator simulator;
  private static int port;

  @BeforeAll
  static void start() {
    simulator = RunningSimulator.in(folder, ConfigFactory.parseString("""
        orderflow.http { header-timeout = 1s, connections.max-per-client = %d }
        """.formatted(MAX_CONNECTIONS)));
    port = URI.create(simulator.url()).getPort();
  }

  @AfterAll
  static void stop() {
    simulator.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /charges HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551620\r\n\r\n{}  ",
      "POST /charges HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /charges HTTP/1.1\r\nHost: h\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 0\r\n\r\n",
      "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", "GET /faults HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /faults HTTP/1.1\r\nHost: h\r\nX: a\0\r\n\r\n", "GET /faults HTTP/1.1\r\nHost : h\r\n\r\n"})
  void a_malformed_request_is_a_problem_and_the_last_of_its_connection(String request) throws Exception {
    try (RawClient client = RawClient.to(port)) {
      RawMessage answer = client.send(request).answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
      assertThat(client.in.read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @CsvSource({"TRACE,405", "CONNECT,405", "STEAL,501"})
  void a_method_that_is_not_served_is_refused(String method, int status) throws Exception {
    assertThat(RawClient.ask(port, method + " /faults HTTP/1.1", "Host: h").status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({"STEAL,/faults,501", "GET,/a b,400", "GET,/nowhere,404", "TRACE,/faults,405"})
  void a_refused_request_of_http2_is_a_problem_and_the_next_one_is_served(String method, String path, int status) throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(port)) {
      RawHttp2Client.Answer refused = client.ask(method, path, "x-a", "b");
      assertThat(refused.status()).isEqualTo(status);
      assertThat(refused.headers()).containsEntry("content-type", "application/problem+json");
      assertThat(client.ask("GET", "/faults").status()).isEqualTo(200);
    }
  }

  @Test
  void a_flood_of_header_frames_ends_the_connection() throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(port)) {
      client.frame(RawHttp2Client.HEADERS, 0, 1, new byte[0]);
      try {
        for (int sent = 0; sent < 20_000; sent++) {
          client.frame(RawHttp2Client.CONTINUATION, 0, 1, new byte[0]);
        }
      } catch (IOException closed) {
        // As it should be.
      }
      assertThat(client.ends()).isTrue();
    }
  }

  @Test
  void headers_that_come_too_slowly_end_the_connection() throws Exception {
    try (RawClient client = RawClient.to(port)) {
      assertThat(client.send("GET /faults HTTP/1.1\r\nHost:").answer().status()).isEqualTo(408);
    }
  }

  @Test
  void a_name_that_the_node_is_not_known_by_is_refused() throws Exception {
    assertThat(RawClient.ask(port, "GET /faults HTTP/1.1", "Host: shop.example").status()).isEqualTo(421);
  }

  @Test
  void a_client_has_no_more_connections_than_its_share() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try {
      // Connections of the specs before may still be closing.
      await().atMost(Duration.ofSeconds(10)).until(() -> {
        RawClient client = RawClient.to(port);
        if (isServed(client)) {
          clients.add(client);
        }
        return clients.size() == MAX_CONNECTIONS;
      });
      try (RawClient tooMany = RawClient.to(port)) {
        assertThat(isServed(tooMany)).isFalse();
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  private static boolean isServed(RawClient client) {
    try {
      RawMessage answer = client.send("GET /faults HTTP/1.1\r\nHost: h\r\n\r\n").answer();
      return answer != null && answer.status() == 200;
    } catch (IOException closed) {
      return false;
    }
  }
}
