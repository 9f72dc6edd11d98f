package io.orderflow.metrics;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.server.Route;
import akka.management.javadsl.AkkaManagement;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.HttpServer;
import io.orderflow.http.Routes;
import io.orderflow.http.tls.Tls;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of the management port: Akka Management's routes, with problems and headers as the other servers have them. Serves until the process
 * ends, so that health can be asked for while the node leaves. Does not check {@code Host}: probes and scrapers use names of their own.
 */
public final class ManagementServer {

  private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);

  private ManagementServer() {}

  /** Binds the port. The stage fails if it can't be bound. */
  public static CompletionStage<ServerBinding> start(ActorSystem<?> system) {
    Config config = system.settings().config();
    Config http = config.getConfig("akka.management.http");
    String host = http.getString("bind-hostname");
    return Http.get(system).newServerAt(host, http.getInt("port"))
        .withSettings(HttpServer.settings(config, ConfigFactory.empty()))
        .bind(HttpServer.guardedForAnyHost(Routes.sealed(routes(system)).function(system), system))
        .thenApply(binding -> {
          LOG.info("HTTP server (management) listening on {}://{}:{}", Tls.of(system.classicSystem()).scheme(), host, binding.localAddress().getPort());
          return binding;
        });
  }

  /** The node's own address in them, by which it is known in a new cluster, has the scheme of its ports. */
  private static Route routes(ActorSystem<?> system) {
    return AkkaManagement.get(system).getRoutes(settings ->
        Tls.of(system.classicSystem()).serverContext().map(settings::withHttpsConnectionContext).orElse(settings));
  }
}
