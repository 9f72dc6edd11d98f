package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A gateway without local services finds the nodes that have them. */
class GatewayNodesSpec {

  private static final String UNCOUNTED = "orderflow.gateway.rate-limit.requests = 0";

  @Test
  void the_services_of_other_nodes_are_found_and_forgotten_again() throws Exception {
    try (GatewayFixture gateway = GatewayFixture.inCluster(UNCOUNTED, Optional.empty());
        RawUpstream services = RawUpstream.answering(exchange -> exchange.ok("node"))) {
      GatewayFailureSpec.assertProblem(RawClient.get(gateway.port, "/api/orders/o-1?x"), 503, "SERVICE_UNAVAILABLE");

      ActorTestKit node = GatewayFixture.member("", Optional.of(gateway.kit));
      ServiceNodes.announce(node.system(), new InetSocketAddress("127.0.0.1", services.port()));
      await().atMost(Duration.ofSeconds(30)).until(() -> RawClient.get(gateway.port, "/api/orders/o-1?x").status() == 200);
      assertThat(services.last().target()).isEqualTo("/api/orders/o-1?x");
      assertThat(RawClient.get(gateway.operators, "/ops/stats").body()).isEqualTo("node");
      assertThat(services.last().target()).isEqualTo("/ops/stats");

      node.shutdownTestKit();
      await().atMost(Duration.ofSeconds(30)).until(() -> RawClient.get(gateway.port, "/api/orders/o-1").status() == 503);
    }
  }

  @Test
  void the_operator_may_configure_their_addresses() throws Exception {
    try (RawUpstream services = RawUpstream.answering(exchange -> exchange.ok("named"));
        GatewayFixture gateway = GatewayFixture.with("orderflow.gateway.services-nodes = \"127.0.0.1:" + services.port() + "\"",
            Optional.empty())) {
      assertThat(RawClient.get(gateway.port, "/api/carts/c").body()).isEqualTo("named");
      assertThat(services.last().target()).isEqualTo("/api/carts/c");
    }
  }
}
