package io.orderflow.gateway;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.http.javadsl.server.Route;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A gateway of one node for specs, on a port that is free. */
final class GatewayFixture implements AutoCloseable {

  final ActorTestKit kit;
  final int port;

  private GatewayFixture(ActorTestKit kit, int port) {
    this.kit = kit;
    this.port = port;
  }

  /**
   * Starts it.
   *
   * @param settings what is otherwise than the defaults, in HOCON
   */
  static GatewayFixture with(String settings, Optional<Route> local) throws Exception {
    Config config = Configuration.over(ConfigFactory.parseString(settings).withFallback(ConfigFactory.parseString("""
        akka.actor.provider = local
        orderflow.gateway { port = 0, drain = 1s, rate-limit.requests = 0 }
        """)));
    ActorTestKit kit = ActorTestKit.create("gateway", config);
    try {
      return new GatewayFixture(kit, Gateway.start(kit.system(), config, local).toCompletableFuture().get(20, TimeUnit.SECONDS)
          .localAddress().getPort());
    } catch (Exception failed) {
      kit.shutdownTestKit();
      throw failed;
    }
  }

  /** The same in front of one service outside. */
  static GatewayFixture before(String name, String url) throws Exception {
    return with("orderflow.gateway.services." + name + " = [\"" + url + "\"]", Optional.empty());
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
