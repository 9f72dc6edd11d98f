package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import com.typesafe.config.Config;
import io.micrometer.core.instrument.Counter;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.HttpServer;
import io.orderflow.http.Preferences;
import io.orderflow.http.Problem;
import io.orderflow.http.ProblemException;
import io.orderflow.http.RequestBody;
import io.orderflow.metrics.Meters;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards each client request to the service that its path names, {@code /api/{service}/…}, and returns the response. Bodies and end-to-end headers
 * are not changed. Errors are reported as problems that reveal nothing internal.
 */
public final class Gateway {

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private static final Problem TOO_MANY = Problem.of(503, "SERVICE_UNAVAILABLE", "the gateway is overloaded; try again later");

  private final ActorSystem<?> system;
  private final ServiceRegistry services;
  private final Service clusterServices;
  private final Service documentation;
  private final Duration timeout;
  private final Duration maxWait;
  private final Duration bodyTimeout;
  private final ClientAddress addresses;
  private final Optional<RateLimiter> limiter;
  private final HttpHeader limitHeader;
  private final InFlight inFlight;
  private final Hops hops = new Hops();
  private final ClientPresence clients;
  /** Indexed by the first digit of the status. */
  private final Counter[] answers = new Counter[6];

  private Gateway(ActorSystem<?> system, Config config, Optional<Route> local, Route documentation) {
    this.system = system;
    this.bodyTimeout = config.getDuration("orderflow.gateway.body-timeout");
    this.timeout = config.getDuration("orderflow.gateway.timeout");
    Config limits = config.getConfig("orderflow.gateway.rate-limit");
    this.addresses = new ClientAddress(config.getString("orderflow.gateway.trusted-proxies"));
    this.limiter = limits.getLong("requests") == 0 ? Optional.empty() : Optional.of(RateLimiter.start(system, limits));
    this.limitHeader = RawHeader.create("RateLimit-Limit", limits.getString("requests"));
    this.inFlight = new InFlight(config.getConfig("orderflow.gateway"));
    this.clients = ClientPresence.of(system.classicSystem());
    for (int digit = 1; digit < answers.length; digit++) {
      answers[digit] = Meters.of(system).counter("orderflow.gateway.answers", "status", digit + "xx");
    }
    Meters.of(system).gauge("orderflow.gateway.in.flight", inFlight, InFlight::size);
    this.maxWait = config.getDuration("orderflow.http.max-wait");
    this.clusterServices = local.<Service>map(routes -> new LocalService(system, routes))
        .orElseGet(() -> RemoteService.onOtherNodes(system, config));
    this.documentation = new LocalService(system, documentation);
    this.services = ServiceRegistry.of(config.getConfig("orderflow.gateway"), clusterServices,
        instances -> RemoteService.at(system, config, instances));
  }

  /**
   * Binds the gateway's port. The stage fails if the port can't be bound.
   *
   * @param config the whole configuration
   * @param local the routes of this node's services, sealed and with their full paths; empty if it has none
   * @param documentation the routes of the API's document and its pages, sealed; the gateway serves them itself
   * @throws com.typesafe.config.ConfigException when a setting is invalid
   */
  public static CompletionStage<ServerBinding> start(ActorSystem<?> system, Config config, Optional<Route> local, Route documentation) {
    Gateway gateway = new Gateway(system, config, local, documentation);
    Config settings = config.getConfig("orderflow.gateway");
    String host = config.getString("orderflow.bind");
    return Http.get(system).newServerAt(host, settings.getInt("port"))
        .withSettings(HttpServer.settings(config, settings.getConfig("server-settings")))
        .bind(HttpServer.guarded(RequestBody.readBeforeAnswer(gateway::handle, system), config))
        .thenApply(binding -> {
          LOG.info("Gateway listening on http://{}:{}", host, binding.localAddress().getPort());
          return binding.addToCoordinatedShutdown(settings.getDuration("drain"), system);
        });
  }

  private CompletionStage<HttpResponse> handle(HttpRequest received) {
    String id = RequestId.of(received);
    String target = RequestTarget.originForm(received);
    Exchange exchange = new Exchange(system);
    exchange.addResponseHeader(RawHeader.create("X-Request-Id", id));
    boolean bodyInMemory = received.entity() instanceof HttpEntity.Strict;
    InFlight.Permit permit = inFlight.tryAcquire(target.startsWith(RequestTarget.OPS), Preferences.wait(received, maxWait).isPresent(), bodyInMemory);
    if (permit == null) {
      exchange.reject(TOO_MANY);
      return exchange;
    }
    exchange.onEnd(answer -> {
      permit.release();
      answers[answer.status().intValue() / 100].increment();
    });
    HttpRequest granted = permit.mayWait() ? received : Preferences.withoutWait(received);
    HttpRequest request = bodyInMemory ? granted : granted.withEntity(arriving(granted.entity(), exchange, permit));
    if (limiter.isPresent() && RequestTarget.isThrottled(target)) {
      Consumer<RateLimiter.Decision> decided = decision -> throttled(exchange, request, id, target, decision);
      RateLimiter.Decision decision = limiter.get().ask(bucketKey(request), decided);
      if (decision != null) {
        decided.accept(decision);
      }
    } else {
      route(exchange, request, id, target);
    }
    return exchange;
  }

  private RequestEntity arriving(RequestEntity body, Exchange exchange, InFlight.Permit permit) {
    return ArrivingBody.of(body, bodyTimeout, () -> {
      boolean free = permit.bodyArrived();
      if (!free) {
        exchange.abort(TOO_MANY);
      }
      return free;
    }, () -> exchange.abort(Problem.of(408, "BODY_TIMEOUT", "the body did not arrive in time")));
  }

  private long bucketKey(HttpRequest request) {
    InetAddress peer = Forwarding.peer(request).orElseGet(InetAddress::getLoopbackAddress);
    return ClientAddress.bucketKey(addresses.trusts(peer)
        ? addresses.of(peer, Forwarding.values(request, "x-forwarded-for")) : peer);
  }

  private void throttled(Exchange exchange, HttpRequest request, String id, String target, RateLimiter.Decision decision) {
    if (decision instanceof RateLimiter.Admitted admitted) {
      exchange.addResponseHeader(limitHeader);
      exchange.addResponseHeader(RawHeader.create("RateLimit-Remaining", Long.toString(admitted.remaining())));
      exchange.addResponseHeader(RawHeader.create("RateLimit-Reset", Long.toString(admitted.resetSeconds())));
      route(exchange, request, id, target);
    } else if (decision instanceof RateLimiter.Refused refused) {
      exchange.addResponseHeader(limitHeader);
      exchange.addResponseHeader(RawHeader.create("RateLimit-Remaining", "0"));
      exchange.addResponseHeader(RawHeader.create("RateLimit-Reset", Long.toString(refused.resetSeconds())));
      exchange.addResponseHeader(RawHeader.create("Retry-After", Long.toString(refused.retryAfterSeconds())));
      exchange.reject(Problem.of(429, "TOO_MANY_REQUESTS", "the client's rate limit is exceeded"));
    } else {
      exchange.reject(Problem.of(503, "SERVICE_UNAVAILABLE", "the rate limiter is unavailable"));
    }
  }

  private void route(Exchange exchange, HttpRequest request, String id, String target) {
    try {
      RequestTarget parsed = RequestTarget.of(target);
      Service service = switch (parsed.area()) {
        case DOCUMENTATION -> documentation;
        case OPS -> clusterServices;
        case API -> services.find(parsed.service())
            .orElseThrow(() -> Problem.of(404, "SERVICE_NOT_FOUND", "no service has this name").exception());
      };
      if (hops.isLoop(request)) {
        throw Problem.of(508, "LOOP_DETECTED", "the service's address leads back to this gateway").exception();
      }
      Duration limit = Preferences.wait(request, maxWait).map(timeout::plus).orElse(timeout);
      List<HttpHeader> headers = Forwarding.toService(request, id, addresses);
      headers.add(hops.via(request));
      if (service == clusterServices) {
        // The cross-site check has been made already, against the name that the client used. The next node has another name, and would reject the
        // request.
        headers.removeIf(header -> header.is("origin") || header.is("sec-fetch-site"));
      }
      exchange.setRequest(request.withHeaders(headers), parsed, limit);
      Runnable served = clients.watch(request, exchange::giveUp);
      exchange.onEnd(answer -> served.run());
      service.serve(exchange);
    } catch (ProblemException problem) {
      exchange.reject(problem.problem());
    }
  }
}
