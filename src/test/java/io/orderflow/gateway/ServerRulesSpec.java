package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.http.javadsl.server.Route;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.HttpServer;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Configuration;
import io.orderflow.simulator.RunningSimulator;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests sent straight to the ports behind the gateway meet the same rules as at the gateway. */
@ParameterizedClass
@EnumSource(ServerRulesSpec.Server.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerRulesSpec {

  /** Both have {@code GET} and {@code PUT /faults}. */
  enum Server { SERVICES, SIMULATOR }

  private static final int MAX_CONNECTIONS = 20;
  private static final Config SETTINGS = ConfigFactory.parseString("""
      akka.actor.provider = local
      orderflow { http { header-timeout = 1s, connections.max-per-client = %d }, security.mode = off }
      """.formatted(MAX_CONNECTIONS));

  @Parameter
  private Server server;
  private int port;
  private AutoCloseable running;

  private static final class Echo extends Routes {
    private Route routes() {
      return path("faults", () -> concat(get(() -> complete("hello")), put(() -> body(fields -> "read", read -> complete(read)))));
    }
  }

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    if (server == Server.SIMULATOR) {
      RunningSimulator simulator = RunningSimulator.in(folder, SETTINGS);
      running = simulator;
      port = URI.create(simulator.url()).getPort();
    } else {
      ActorTestKit kit = ActorTestKit.create("services", Configuration.over(SETTINGS));
      running = kit::shutdownTestKit;
      port = HttpServer.bind(kit.system(), "services", "127.0.0.1", 0, new Echo().routes()).toCompletableFuture().get(20, TimeUnit.SECONDS)
          .localAddress().getPort();
    }
  }

  @AfterAll
  void stop() throws Exception {
    running.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT /faults HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551620\r\n\r\n{}  ",
      "PUT /faults HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "PUT /faults HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
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
  void an_unsupported_method_is_rejected(String method, int status) throws Exception {
    assertThat(RawClient.ask(port, method + " /faults HTTP/1.1", "Host: h").status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({"STEAL,/faults,501", "GET,/a b,400", "GET,/nowhere,404", "TRACE,/faults,405"})
  void a_rejected_http2_request_is_a_problem_and_the_next_one_is_served(String method, String path, int status) throws Exception {
    try (RawHttp2Client client = RawHttp2Client.to(port)) {
      RawHttp2Client.Answer rejected = client.ask(method, path, "x-a", "b");
      assertThat(rejected.status()).isEqualTo(status);
      assertThat(rejected.headers()).containsEntry("content-type", "application/problem+json");
      assertThat(client.ask("GET", "/faults").status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"content-type", "authorization", "idempotency-key", "origin", "sec-fetch-site", "host", "content-length"})
  void a_repeated_field_that_allows_one_value_is_a_problem(String name) throws Exception {
    String value = name.equals("content-length") ? "2" : name.equals("content-type") ? "application/json" : "127.0.0.1";
    try (RawClient client = RawClient.to(port)) {
      String twice = (name + ": " + value + "\r\n").repeat(2);
      RawMessage answer = client.send("PUT /faults HTTP/1.1\r\n" + (name.equals("host") ? "" : "Host: h\r\n")
          + (name.equals("content-length") ? "" : "Content-Length: 2\r\n") + twice + "\r\n{}").answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
    }
    try (RawHttp2Client client = RawHttp2Client.to(port)) {
      RawHttp2Client.Answer answer = client.ask("GET", "/faults", name, value, name, value);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.headers()).containsEntry("content-type", "application/problem+json");
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
        // Expected.
      }
      assertThat(client.ends()).isTrue();
    }
  }

  @Test
  void headers_that_arrive_too_slowly_end_the_connection() throws Exception {
    try (RawClient client = RawClient.to(port)) {
      assertThat(client.send("GET /faults HTTP/1.1\r\nHost:").answer().status()).isEqualTo(408);
    }
  }

  @Test
  void an_unknown_host_name_is_rejected() throws Exception {
    assertThat(RawClient.ask(port, "GET /faults HTTP/1.1", "Host: shop.example").status()).isEqualTo(421);
  }

  @ParameterizedTest
  @CsvSource({"application/json,200", "application/json;,200", "Application/JSON; charset=utf-8,200", "text/plain,415", "image,415"})
  void a_body_is_read_only_as_json(String type, int status) throws Exception {
    try (RawClient client = RawClient.to(port)) {
      client.send("PUT /faults HTTP/1.1\r\nHost: h\r\nContent-Type: " + type + "\r\nContent-Length: 2\r\n\r\n{}");
      assertThat(client.answer().status()).isEqualTo(status);
    }
  }

  @Test
  void a_client_has_no_more_connections_than_its_share() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try {
      // Connections of earlier tests may still be closing.
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
    await().atMost(Duration.ofSeconds(10)).until(() -> {
      try (RawClient client = RawClient.to(port)) {
        return isServed(client);
      }
    });
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
