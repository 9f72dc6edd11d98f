package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntityAcceptances;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.settings.ServerSettings;
import com.typesafe.config.Config;
import io.orderflow.http.Problem;
import io.orderflow.http.ProblemException;
import io.orderflow.http.Routes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door: takes each request of a client to the service that its path names, {@code /api/{service}/…}, and brings the answer back, both
 * as they are. What goes wrong on the way is said as a problem, and nothing of the inside with it.
 */
public final class Gateway {

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private final ActorSystem<?> system;
  private final ServiceRegistry services;
  private final Service inside;
  private final Duration timeout;
  private final Duration maxWait;
  private final int maxInFlight;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final ClientConnections.Registry clients;

  private Gateway(ActorSystem<?> system, Config config, Optional<Route> local) {
    this.system = system;
    this.timeout = config.getDuration("orderflow.gateway.timeout");
    this.maxInFlight = config.getInt("orderflow.gateway.max-in-flight");
    this.clients = ClientConnections.Registry.of(system.classicSystem());
    this.maxWait = config.getDuration("orderflow.http.max-wait");
    this.inside = local.<Service>map(routes -> new InsideService(system, routes))
        .orElse(exchange -> exchange.refuse(Problem.of(503, "SERVICE_UNAVAILABLE", "the service can't be reached")));
    this.services = ServiceRegistry.of(config.getConfig("orderflow.gateway"), inside,
        instances -> new OutsideService(system, config, instances));
  }

  /**
   * Opens the gateway's port; the stage fails when the port can't be had.
   *
   * @param config all of it
   * @param local the routes of the services on this node, at their full paths and sealed; empty when it carries none
   * @throws com.typesafe.config.ConfigException when a setting can't be used
   */
  public static CompletionStage<ServerBinding> start(ActorSystem<?> system, Config config, Optional<Route> local) {
    Gateway gateway = new Gateway(system, config, local);
    Config settings = config.getConfig("orderflow.gateway");
    String host = config.getString("orderflow.bind");
    return Http.get(system).newServerAt(host, settings.getInt("port"))
        .withSettings(serverSettings(config))
        .bind(gateway::handle)
        .thenApply(binding -> {
          LOG.info("The gateway listens on http://{}:{}", host, binding.localAddress().getPort());
          return binding.addToCoordinatedShutdown(settings.getDuration("drain"), system);
        });
  }

  private static ServerSettings serverSettings(Config config) {
    Config settings = config.getConfig("orderflow.gateway");
    ServerSettings server = ServerSettings.create(settings.getConfig("server-settings").withFallback(config));
    HttpMethod[] methods = settings.getStringList("further-methods").stream()
        .map(name -> HttpMethods.custom(name, false, false, RequestEntityAcceptances.Tolerated)).toArray(HttpMethod[]::new);
    return server.withParserSettings(server.getParserSettings().withCustomMethods(methods));
  }

  private CompletionStage<HttpResponse> handle(HttpRequest request) {
    String id = RequestId.of(request);
    Exchange exchange = new Exchange(system);
    exchange.answersCarry(RawHeader.create("X-Request-Id", id));
    try {
      RequestTarget target = RequestTarget.of(request);
      Service service = target.area() == RequestTarget.Area.OPS ? inside : services.find(target.service())
          .orElseThrow(() -> Problem.of(404, "SERVICE_NOT_FOUND", "there is no such service").exception());
      Duration limit = Routes.preferredWait(request, maxWait).map(timeout::plus).orElse(timeout);
      if (inFlight.incrementAndGet() > maxInFlight) {
        inFlight.decrementAndGet();
        throw Problem.of(503, "SERVICE_UNAVAILABLE", "there are more requests than can be answered now").exception();
      }
      exchange.whenComplete((answer, none) -> inFlight.decrementAndGet());
      request.getAttribute(AttributeKeys.remoteAddress).ifPresent(client -> clients.watch(client, exchange));
      exchange.setOut(request.withHeaders(Forwarding.toService(request, id)), target, limit);
      service.serve(exchange);
    } catch (ProblemException problem) {
      exchange.refuse(problem.problem());
    }
    return exchange;
  }
}
