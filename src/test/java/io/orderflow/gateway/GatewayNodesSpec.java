package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.orderflow.http.Draining;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
  void a_node_that_leaves_is_sent_nothing_more_although_it_still_listens() throws Exception {
    try (GatewayFixture gateway = GatewayFixture.inCluster(UNCOUNTED, Optional.empty());
        RawUpstream services = RawUpstream.answering(exchange -> exchange.ok("node"))) {
      ActorTestKit node = GatewayFixture.member("", Optional.of(gateway.kit));
      ServiceNodes.announce(node.system(), new InetSocketAddress("127.0.0.1", services.port()));
      await().atMost(Duration.ofSeconds(30)).until(() -> RawClient.get(gateway.port, "/api/orders/o-1").status() == 200);
      int before = services.requests.size();

      ServiceNodes.leave(node.system()).toCompletableFuture().get(20, TimeUnit.SECONDS);
      GatewayFailureSpec.assertProblem(RawClient.get(gateway.port, "/api/orders/o-1"), 503, "SERVICE_UNAVAILABLE");
      assertThat(services.requests).hasSize(before);
      node.shutdownTestKit();
    }
  }

  @Test
  void a_node_that_leaves_does_not_wait_for_gateways_that_are_gone() throws Exception {
    GatewayFixture gateway = GatewayFixture.inCluster(UNCOUNTED, Optional.empty());
    ActorTestKit node = GatewayFixture.member("", Optional.of(gateway.kit));
    ServiceNodes.announce(node.system(), new InetSocketAddress("127.0.0.1", 1));
    gateway.close();

    ServiceNodes.leave(node.system()).toCompletableFuture().get(20, TimeUnit.SECONDS);
    node.shutdownTestKit();
  }

  @Test
  void a_gateway_that_leaves_closes_connections_after_their_next_answer() throws Exception {
    try (RawUpstream services = RawUpstream.answering(exchange -> exchange.ok("x"));
        GatewayFixture gateway = GatewayFixture.before("s", services.url("")); RawClient client = RawClient.to(gateway.port)) {
      assertThat(client.sendGet("/api/s/x").answer().header("Connection")).isEmpty();
      Draining.of(gateway.kit.system()).begin();
      assertThat(client.sendGet("/api/s/x").answer().header("Connection")).hasValue("close");
      assertThat(client.in.read()).as("the connection is closed").isEqualTo(-1);
      assertThat(RawClient.get(gateway.port, "/api/s/x").status()).as("others are still taken").isEqualTo(200);
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
