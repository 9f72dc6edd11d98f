package io.orderflow.testkit;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.http.javadsl.server.Route;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.HttpServer;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Configuration;

/** A cluster of one node in this JVM, its journal in memory: for the specs of one service. */
public final class ServiceNode implements AutoCloseable {

  private static final Config CLUSTER = ConfigFactory.parseString("""
      akka.actor.provider = cluster
      akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
      akka.cluster.roles = [services]
      akka.coordinated-shutdown.run-by-actor-system-terminate = off
      akka.coordinated-shutdown.terminate-actor-system = off
      """);

  private final Config config = Configuration.over(TestDatabase.H2.fresh());
  private final ActorTestKit kit = ActorTestKit.create(CLUSTER.withFallback(Database.settings(config)).withFallback(EntityKit.CONFIG));

  private ServiceNode() {}

  /** Starts it; what is asked of it waits until its cluster has formed. */
  public static ServiceNode start() {
    ServiceNode node = new ServiceNode();
    Cluster cluster = Cluster.get(node.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    return node;
  }

  public ActorSystem<Void> system() {
    return kit.system();
  }

  /** Its tables, on H2. The journal does not use them. */
  public Database database() {
    Database.migrate(config);
    return Database.of(system());
  }

  /** Serves the routes on a free port; answers with a client of it. */
  public ShopClient serve(Route routes) {
    int port = HttpServer.bind(system(), "service", "127.0.0.1", 0, routes).toCompletableFuture().join().localAddress().getPort();
    return new ShopClient("http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
