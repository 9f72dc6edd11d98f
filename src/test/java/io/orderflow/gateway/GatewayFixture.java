package io.orderflow.gateway;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Configuration;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A node with a gateway on free ports, for specs. */
final class GatewayFixture implements AutoCloseable {

  final ActorTestKit kit;
  final int port;
  /** The port for operators. */
  final int operators;

  private GatewayFixture(ActorTestKit kit, Gateway.Bound bound) {
    this.kit = kit;
    this.port = bound.clients().localAddress().getPort();
    this.operators = bound.operators().localAddress().getPort();
  }

  /**
   * Starts a gateway outside a cluster, without a rate limit.
   *
   * @param settings overrides of the defaults, in HOCON
   */
  static GatewayFixture with(String settings, Optional<Route> local) throws Exception {
    return start(node(settings + "\n akka.actor.provider = local \n orderflow.gateway.rate-limit.requests = 0"), local);
  }

  /** Starts the same in front of one external service. */
  static GatewayFixture before(String name, String url) throws Exception {
    return with("orderflow.gateway.services." + name + " = [\"" + url + "\"]", Optional.empty());
  }

  /** Starts a gateway in the other node's cluster, or in a new one. */
  static GatewayFixture inCluster(String settings, Optional<GatewayFixture> other) throws Exception {
    ActorTestKit kit = member(settings, other.map(first -> first.kit));
    return start(kit, Optional.empty());
  }

  /** Starts a node of a cluster without a gateway. */
  static ActorTestKit member(String settings, Optional<ActorTestKit> other) {
    ActorTestKit kit = node(settings);
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(Cluster.get(other.orElse(kit).system()).selfMember().address()));
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
    return kit;
  }

  private static ActorTestKit node(String settings) {
    return ActorTestKit.create("gateway", Configuration.over(ConfigFactory.parseString(settings).withFallback(ConfigFactory.parseString("""
        orderflow { gateway { port = 0, drain = 1s }, ops.port = 0 }
        orderflow.http.allowed-hosts = "*"
        akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
        akka.cluster.jmx.multi-mbeans-in-same-jvm = on
        akka.coordinated-shutdown.phases.cluster-sharding-shutdown-region.timeout = 2s
        akka.coordinated-shutdown.phases.cluster-exiting.timeout = 2s
        """))));
  }

  private static GatewayFixture start(ActorTestKit kit, Optional<Route> local) throws Exception {
    Config config = kit.system().settings().config();
    try {
      return new GatewayFixture(kit,
          Gateway.start(kit.system(), config, local, Routes.sealed(Directives.reject())).toCompletableFuture().get(20, TimeUnit.SECONDS));
    } catch (Exception failed) {
      kit.shutdownTestKit();
      throw failed;
    }
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
