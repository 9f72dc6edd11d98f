package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.http.javadsl.server.Route;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** The gateway under more requests than it has permits for, and at its shutdown. */
class GatewayOverloadSpec {

  private final Semaphore go = new Semaphore(0);

  private RawUpstream waiting() throws Exception {
    return RawUpstream.answering(exchange -> {
      go.acquire();
      exchange.ok("served");
    });
  }

  private static GatewayFixture before(RawUpstream upstream, String otherwise) throws Exception {
    return GatewayFixture.with("orderflow.gateway.services.s = [\"" + upstream.url("") + "\"]\n" + otherwise, Optional.empty());
  }

  @Test
  void requests_beyond_the_bound_are_rejected_at_once_and_the_others_are_served() throws Exception {
    try (RawUpstream upstream = waiting(); GatewayFixture gateway = before(upstream, "orderflow.gateway.max-in-flight = 5")) {
      List<RawClient> inside = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        inside.add(RawClient.to(gateway.port).sendGet("/api/s/x"));
      }
      await().until(() -> upstream.requests.size() == 5);

      RawMessage refused = RawClient.get(gateway.port, "/api/s/x");
      GatewayFailureSpec.assertProblem(refused, 503, "SERVICE_UNAVAILABLE");
      assertThat(refused.header("Retry-After")).hasValue("1");
      go.release(5);
      for (RawClient client : inside) {
        assertThat(client.answer().body()).isEqualTo("served");
        client.close();
      }
      go.release();
      assertThat(RawClient.get(gateway.port, "/api/s/x").body()).isEqualTo("served");
    }
  }

  @Test
  void requests_in_sequence_need_one_permit() throws Exception {
    try (RawUpstream upstream = RawUpstream.answering(exchange -> exchange.ok("served"));
        GatewayFixture gateway = before(upstream, "orderflow.gateway.max-in-flight = 1");
        RawClient client = RawClient.to(gateway.port); RawHttp2Client http2 = RawHttp2Client.to(gateway.port)) {
      for (int i = 0; i < 200; i++) {
        assertThat(client.sendGet("/api/s/x").answer().body()).isEqualTo("served");
        assertThat(http2.ask("GET", "/api/s/x").body()).isEqualTo("served");
      }
    }
  }

  @Test
  void responses_in_sequence_need_one_connection_to_the_service() throws Exception {
    try (RawUpstream upstream = RawUpstream.answering(exchange -> {
      // Without the delay of small packets, the two parts arrive apart, yet at once.
      exchange.socket().setTcpNoDelay(true);
      exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nser");
      exchange.send("ved");
    }); GatewayFixture gateway = before(upstream, "orderflow.gateway.connections-per-instance = 1"); RawClient client = RawClient.to(gateway.port)) {
      for (int i = 0; i < 200; i++) {
        assertThat(client.sendGet("/api/s/x").answer().body()).isEqualTo("served");
      }
    }
  }

  @Test
  void clients_that_wait_for_an_end_use_no_permits_of_others() throws Exception {
    try (RawUpstream upstream = RawUpstream.answering(exchange -> {
      if (exchange.request().header("Prefer").orElse("").contains("wait")) {
        go.acquire();
      }
      exchange.ok("served");
    }); GatewayFixture gateway = before(upstream, "orderflow.gateway { max-in-flight = 2, max-waiting = 3 }")) {
      List<RawClient> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(RawClient.to(gateway.port).sendGet("/api/s/x", "Prefer: respond-async, wait=30"));
      }
      await().until(() -> upstream.requests.size() == 3);

      for (int i = 0; i < 5; i++) {
        assertThat(RawClient.get(gateway.port, "/api/s/x").body()).isEqualTo("served");
        assertThat(RawClient.get(gateway.port, "/api/s/x", "Prefer: respond-async, wait=30").body()).as("one more that waits").isEqualTo("served");
        assertThat(upstream.last().header("Prefer")).hasValue("respond-async");
      }
      waiting.get(0).close();
      await().until(() -> {
        try (RawClient client = RawClient.to(gateway.port).sendGet("/api/s/x", "Prefer: wait=30")) {
          int before = upstream.requests.size();
          await().until(() -> upstream.requests.size() >= before);
          client.socket.setSoTimeout(500);
          return client.answer() == null;
        } catch (java.net.SocketTimeoutException waits) {
          return true;
        }
      });
      go.release(20);
      assertThat(waiting.get(1).answer().body()).isEqualTo("served");
      assertThat(waiting.get(2).answer().body()).isEqualTo("served");
    }
  }

  @Test
  void http2_clients_that_reset_their_streams_release_their_permits_and_free_the_service() throws Exception {
    try (RawUpstream upstream = RawUpstream.answering(exchange -> {
      if (exchange.request().line().contains("/silent") && exchange.in().read() < 0) {
        throw new IOException("the gateway has closed the connection");
      }
      exchange.ok("served");
    }); GatewayFixture gateway = before(upstream, "orderflow.gateway.max-waiting = 2"); RawHttp2Client client = RawHttp2Client.to(gateway.port)) {
      int first = client.request("GET", "/api/s/silent", "prefer", "wait=30");
      int second = client.request("GET", "/api/s/silent", "prefer", "wait=30");
      await().until(() -> upstream.requests.size() == 2);

      client.frame(RawHttp2Client.RST_STREAM, 0, first, new byte[] {0, 0, 0, 8});
      client.frame(RawHttp2Client.RST_STREAM, 0, second, new byte[] {0, 0, 0, 8});
      await().until(() -> upstream.open.get() == 0);
      assertThat(client.ask("GET", "/api/s/x", "prefer", "wait=30").body()).isEqualTo("served");
      assertThat(upstream.last().header("Prefer")).as("it has a permit to wait").hasValue("wait=30");
    }
  }

  /** Clients that have sent the head of a request and the first of ten bytes. */
  private static List<RawClient> slow(int port, int count) throws IOException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(RawClient.to(port).send("POST /api/s/x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0"));
    }
    return clients;
  }

  @Test
  void clients_that_are_slow_with_their_bodies_use_no_permits_of_others() throws Exception {
    try (RawUpstream upstream = RawUpstream.answering(exchange -> exchange.ok("served"));
        GatewayFixture gateway = before(upstream, "orderflow.gateway { max-in-flight = 1, max-arriving = 5 }")) {
      List<RawClient> slow = slow(gateway.port, 5);
      await().until(() -> upstream.open.get() == 5);
      for (int i = 0; i < 5; i++) {
        assertThat(RawClient.get(gateway.port, "/api/s/x").body()).isEqualTo("served");
      }
      try (RawClient oneMore = slow(gateway.port, 1).get(0)) {
        GatewayFailureSpec.assertProblem(oneMore.answer(), 503, "SERVICE_UNAVAILABLE");
      }
      for (RawClient client : slow) {
        assertThat(client.send("123456789").answer().body()).isEqualTo("served");
        client.close();
      }
      assertThat(slow(gateway.port, 1).get(0).send("123456789").answer().body()).as("the permits are free again").isEqualTo("served");
    }
  }

  @Test
  void a_request_whose_body_has_arrived_needs_a_client_permit() throws Exception {
    try (RawUpstream upstream = waiting(); GatewayFixture gateway = before(upstream, "orderflow.gateway.max-in-flight = 1");
        RawClient client = RawClient.to(gateway.port); RawClient slow = slow(gateway.port, 1).get(0)) {
      client.sendGet("/api/s/x");
      await().until(() -> upstream.requests.size() == 1 && upstream.connections.get() == 2);
      GatewayFailureSpec.assertProblem(slow.send("123456789").answer(), 503, "SERVICE_UNAVAILABLE");
      go.release(2);
      assertThat(client.answer().body()).isEqualTo("served");
      assertThat(upstream.requests).as("the rejected request was not carried out").hasSize(1);
    }
  }

  @Test
  void a_client_that_is_too_slow_with_its_body_is_rejected_and_frees_the_service() throws Exception {
    try (RawUpstream upstream = RawUpstream.answering(exchange -> exchange.ok("served"));
        GatewayFixture gateway = before(upstream, "orderflow.gateway.body-timeout = 500ms")) {
      try (RawClient slow = slow(gateway.port, 1).get(0)) {
        GatewayFailureSpec.assertProblem(slow.answer(), 408, "BODY_TIMEOUT");
      }
      await().until(() -> upstream.open.get() == 0);
      assertThat(upstream.requests).isEmpty();
    }
  }

  @Test
  void operators_are_served_when_clients_use_all_permits() throws Exception {
    Route operators = new akka.http.javadsl.server.AllDirectives() {
      private Route routes() {
        return path(akka.http.javadsl.server.PathMatchers.segment("ops").slash("x"), () -> complete("served"));
      }
    }.routes();
    try (RawUpstream upstream = waiting(); GatewayFixture gateway = GatewayFixture.with(
        "orderflow.gateway.max-in-flight = 2 \n orderflow.gateway.services.s = [\"" + upstream.url("") + "\"]", Optional.of(operators))) {
      try (RawClient first = RawClient.to(gateway.port).sendGet("/api/s/x"); RawClient second = RawClient.to(gateway.port).sendGet("/api/s/x")) {
        await().until(() -> upstream.requests.size() == 2);
        assertThat(RawClient.get(gateway.port, "/api/s/x").status()).isEqualTo(503);
        assertThat(RawClient.get(gateway.operators, "/ops/x").body()).isEqualTo("served");
        go.release(2);
        assertThat(first.answer().body()).isEqualTo("served");
        assertThat(second.answer().body()).isEqualTo("served");
      }
    }
  }

  @Test
  void a_service_gets_no_more_connections_than_configured() throws Exception {
    try (RawUpstream upstream = waiting(); GatewayFixture gateway = before(upstream, "orderflow.gateway.connections-per-instance = 2")) {
      try (RawClient first = RawClient.to(gateway.port).sendGet("/api/s/x"); RawClient second = RawClient.to(gateway.port).sendGet("/api/s/x")) {
        await().until(() -> upstream.requests.size() == 2);
        GatewayFailureSpec.assertProblem(RawClient.get(gateway.port, "/api/s/x"), 503, "SERVICE_UNAVAILABLE");
        go.release(2);
        assertThat(first.answer().body()).isEqualTo("served");
        assertThat(second.answer().body()).isEqualTo("served");
      }
      assertThat(upstream.connections).hasValue(2);
    }
  }

  @Test
  void requests_in_flight_when_the_node_stops_are_completed() throws Exception {
    // In a cluster, the phases of the shutdown after the drain take some time, in which the client can read its response.
    try (RawUpstream upstream = waiting(); GatewayFixture gateway = GatewayFixture.inCluster(
        "orderflow.gateway { drain = 20s, services.s = [\"" + upstream.url("") + "\"] }", Optional.empty())) {
      try (RawClient client = RawClient.to(gateway.port)) {
        client.sendGet("/api/s/x");
        await().until(() -> upstream.requests.size() == 1);

        CompletionStage<?> stopped = akka.actor.CoordinatedShutdown.get(gateway.kit.system().classicSystem())
            .runAll(akka.actor.CoordinatedShutdown.unknownReason());
        await().until(() -> refusesConnections(gateway.port));
        go.release();
        assertThat(client.answer().body()).isEqualTo("served");
        await().until(() -> stopped.toCompletableFuture().isDone());
      }
    }
  }

  private static boolean refusesConnections(int port) {
    try (RawClient client = RawClient.to(port)) {
      return false;
    } catch (java.io.IOException refused) {
      return true;
    }
  }
}
