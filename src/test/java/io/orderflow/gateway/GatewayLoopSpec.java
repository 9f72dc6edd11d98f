package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A service whose address leads back to a gateway costs two requests, not hundreds. */
class GatewayLoopSpec {

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static GatewayFixture gateway(int port, int target) throws Exception {
    return GatewayFixture.with("""
        orderflow.gateway.port = %d
        orderflow.gateway.services.s = ["http://127.0.0.1:%d/api/s"]
        """.formatted(port, target), Optional.empty());
  }

  @Test
  void a_gateway_that_is_its_own_service_rejects_the_second_request() throws Exception {
    int port = freePort();
    try (GatewayFixture gateway = gateway(port, port)) {
      RawMessage answer = RawClient.get(port, "/api/s/x", "Via: 1.1 other");
      GatewayFailureSpec.assertProblem(answer, 508, "LOOP_DETECTED");
      try (RawHttp2Client client = RawHttp2Client.to(port)) {
        assertThat(client.ask("GET", "/api/s/x").status()).isEqualTo(508);
      }
    }
  }

  @Test
  void two_gateways_that_are_each_others_service_reject_too() throws Exception {
    int one = freePort();
    int two = freePort();
    try (GatewayFixture first = gateway(one, two); GatewayFixture second = gateway(two, one)) {
      GatewayFailureSpec.assertProblem(RawClient.get(one, "/api/s/x"), 508, "LOOP_DETECTED");
    }
  }

  @Test
  void via_shows_the_gateways_of_a_request_and_only_a_loop_is_rejected() throws Exception {
    try (RawUpstream upstream = RawUpstream.answering(exchange -> exchange.ok("ok"));
        GatewayFixture gateway = GatewayFixture.before("s", upstream.url(""))) {
      assertThat(RawClient.get(gateway.port, "/api/s/x", "Via: 1.0 fred, 1.1 p.example").status()).isEqualTo(200);
      assertThat(String.join(", ", upstream.last().all("Via"))).startsWith("1.0 fred, 1.1 p.example, 1.1 orderflow-");

      String via = upstream.last().all("Via").get(upstream.last().all("Via").size() - 1);
      assertThat(RawClient.get(gateway.port, "/api/s/x", "Via: " + via).status()).isEqualTo(508);
      assertThat(RawClient.get(gateway.port, "/api/s/x").status()).isEqualTo(200);
    }
  }
}
