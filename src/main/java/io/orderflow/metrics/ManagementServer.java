package io.orderflow.metrics;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.RemoteAddress;
import akka.http.javadsl.server.Route;
import akka.management.javadsl.AkkaManagement;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.AllowedHosts;
import io.orderflow.http.HttpServer;
import io.orderflow.http.Routes;
import io.orderflow.http.tls.Tls;
import io.orderflow.security.SecuritySettings;
import java.net.InetAddress;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of the management port: Akka Management's routes, with problems and headers as the other servers have them. Serves until the process
 * ends, so that health can be asked for while the node leaves. At loopback, where metrics are open to everybody, it checks {@code Host}, so that no web
 * page reads them by a name of its own. Elsewhere it does not: probes and scrapers use names of theirs.
 */
public final class ManagementServer {

  private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);

  private ManagementServer() {}

  /** Binds the port. The stage fails if it can't be bound. */
  public static CompletionStage<ServerBinding> start(ActorSystem<?> system) {
    Config config = system.settings().config();
    Config http = config.getConfig("akka.management.http");
    String host = http.getString("bind-hostname");
    int port = http.getInt("port");
    return Http.get(system).newServerAt(host, port)
        .withSettings(HttpServer.settings(config, ConfigFactory.empty()))
        .bind(HttpServer.guarded(Routes.sealed(routes(system)).function(system), system,
            SecuritySettings.isLoopback(host) ? AllowedHosts.ofLoopback(config) : AllowedHosts.any(), ManagementServer::peer, () -> port))
        .thenApply(binding -> {
          LOG.info("HTTP server (management) listening on {}://{}:{}", Tls.of(system.classicSystem()).scheme(), host, binding.localAddress().getPort());
          return binding;
        });
  }

  private static String peer(HttpRequest request) {
    return request.getAttribute(AttributeKeys.remoteAddress).flatMap(RemoteAddress::getAddress).map(InetAddress::getHostAddress).orElse(null);
  }

  /** The node's own address in them, by which it is known in a new cluster, has the scheme of its ports. */
  private static Route routes(ActorSystem<?> system) {
    return AkkaManagement.get(system).getRoutes(settings ->
        Tls.of(system.classicSystem()).serverContext().map(settings::withHttpsConnectionContext).orElse(settings));
  }
}
