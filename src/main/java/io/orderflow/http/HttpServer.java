package io.orderflow.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.server.Route;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Binds routes to a port and ends with the node: stops accepting, finishes what is in flight, closes. */
public final class HttpServer {

  /** How long requests in flight may take to finish when the node shuts down. */
  private static final Duration DRAIN = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  private HttpServer() {}

  /**
   * Binds; the stage fails when the port can't be had.
   *
   * @param port 0 for any free one
   */
  public static CompletionStage<ServerBinding> bind(ActorSystem<?> system, String name, String host, int port, Route routes) {
    return Http.get(system).newServerAt(host, port)
        .bind(RequestBody.readBeforeAnswer(Routes.sealed(routes).function(system), system))
        .thenApply(binding -> {
          LOG.info("The {} listens on http://{}:{}", name, host, binding.localAddress().getPort());
          return binding.addToCoordinatedShutdown(DRAIN, system);
        });
  }
}
