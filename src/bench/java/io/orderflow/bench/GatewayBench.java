package io.orderflow.bench;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.http.javadsl.server.Directives;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.gateway.Gateway;
import io.orderflow.kernel.Configuration;
import java.util.Optional;

/** A node that is a gateway only, with everything switched on and a limit that is counted and never reached; for {@code src/bench/gateway}. */
public final class GatewayBench {

  private GatewayBench() {}

  /** @param args the port, the service's URL and, if it is to be another one, the number of requests that a client may make */
  public static void main(String[] args) {
    Config config = Configuration.over(ConfigFactory.parseString("""
        orderflow.gateway { port = %s, services.bench = ["%s"], rate-limit.requests = %s }
        akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
        """.formatted(args[0], args[1], args.length > 2 ? args[2] : "1000000000")));
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench", config);
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    Gateway.start(system, config, Optional.empty(), Directives.reject());
  }
}
