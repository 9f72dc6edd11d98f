package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.server.Route;
import akka.util.ByteString;
import com.typesafe.config.Config;
import io.micrometer.core.instrument.Counter;
import io.orderflow.http.AllowedHosts;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.HttpServer;
import io.orderflow.http.Preferences;
import io.orderflow.http.Problem;
import io.orderflow.http.ProblemException;
import io.orderflow.http.RequestBody;
import io.orderflow.http.RequestId;
import io.orderflow.http.SecurityHeaders;
import io.orderflow.http.tls.Tls;
import io.orderflow.metrics.Meters;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards each client request to the service that its path names, {@code /api/{service}/…}, and returns the response. Bodies and end-to-end headers
 * are not changed. Errors are reported as problems that reveal nothing internal.
 */
public final class Gateway {

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private static final Problem TOO_MANY = Problem.of(503, Problem.SERVICE_UNAVAILABLE, "the gateway is overloaded; try again later");

  private final ActorSystem<?> system;
  private final ServiceRegistry services;
  private final Service clusterServices;
  private final Service pages;
  private final Duration timeout;
  private final Duration maxWait;
  private final Duration bodyTimeout;
  private final ClientAddress addresses;
  private final Throttle throttle;
  private final InFlight inFlight;
  private final Holding holding;
  private final Hops hops = new Hops();
  private final String scheme;
  private final ClientPresence clients;
  /** Indexed by the first digit of the status. */
  private final Counter[] answers = new Counter[6];

  private Gateway(ActorSystem<?> system, Config config, Optional<Route> local, Route pages) {
    this.system = system;
    this.scheme = Tls.of(system.classicSystem()).scheme();
    this.bodyTimeout = config.getDuration("orderflow.gateway.body-timeout");
    this.timeout = config.getDuration("orderflow.gateway.timeout");
    this.addresses = new ClientAddress(config.getString("orderflow.gateway.trusted-proxies"));
    this.throttle = new Throttle(system, config.getConfig("orderflow.gateway.rate-limit"), addresses);
    this.inFlight = new InFlight(config.getConfig("orderflow.gateway"));
    this.holding = new Holding(config.getConfig("orderflow.gateway"));
    this.clients = ClientPresence.of(system.classicSystem());
    for (int digit = 1; digit < answers.length; digit++) {
      answers[digit] = Meters.of(system).counter("orderflow.gateway.answers", "status", digit + "xx");
    }
    Meters.of(system).gauge("orderflow.gateway.in.flight", inFlight, InFlight::size);
    Meters.of(system).gauge("orderflow.gateway.held", inFlight, InFlight::held);
    this.maxWait = config.getDuration("orderflow.http.max-wait");
    this.clusterServices = local.<Service>map(routes -> new LocalService(system, routes, RemoteService.holds(config)))
        .orElseGet(() -> RemoteService.onOtherNodes(system, config));
    this.pages = new LocalService(system, pages, false);
    this.services = ServiceRegistry.of(config.getConfig("orderflow.gateway"), clusterServices,
        (instances, held) -> RemoteService.at(system, config, instances, held && RemoteService.holds(config)));
  }

  /** The gateway's servers: one for clients, one for operators. */
  public record Bound(ServerBinding clients, ServerBinding operators) {}

  /**
   * Binds the ports for clients and for operators. The stage fails if one can't be bound.
   *
   * @param config the whole configuration
   * @param local the routes of this node's services, sealed and with their full paths; empty if it has none
   * @param pages the routes of the API's document and of the console, sealed; the gateway serves them itself
   * @throws com.typesafe.config.ConfigException when a setting is invalid
   */
  public static CompletionStage<Bound> start(ActorSystem<?> system, Config config, Optional<Route> local, Route pages) {
    Gateway gateway = new Gateway(system, config, local, pages);
    return gateway.bind(config, "Gateway", config.getString("orderflow.bind"), config.getInt("orderflow.gateway.port"), false)
        .thenCompose(clients -> gateway.bind(config, "Gateway for operators", config.getString("orderflow.ops.bind"),
            config.getInt("orderflow.ops.port"), true).thenApply(operators -> new Bound(clients, operators)));
  }

  private CompletionStage<ServerBinding> bind(Config config, String name, String host, int port, boolean forOperators) {
    Config settings = config.getConfig("orderflow.gateway");
    AtomicInteger bound = new AtomicInteger(port);
    return Http.get(system).newServerAt(host, port)
        .withSettings(HttpServer.settings(config, settings.getConfig("server-settings")))
        .bind(HttpServer.guarded(RequestBody.readBeforeAnswer(request -> handle(request, forOperators), system), system, AllowedHosts.of(config),
            request -> Forwarding.client(request, addresses), bound::get))
        .thenApply(binding -> {
          bound.set(binding.localAddress().getPort());
          LOG.info("{} listening on {}://{}:{}", name, scheme, host, binding.localAddress().getPort());
          return binding.addToCoordinatedShutdown(settings.getDuration("drain"), system);
        });
  }

  private CompletionStage<HttpResponse> handle(HttpRequest received, boolean forOperators) {
    String target = RequestTarget.originForm(received);
    Exchange exchange = new Exchange(system, RequestId.of(received));
    exchange.addResponseHeader(SecurityHeaders.NO_SNIFFING);
    boolean isPage = RequestTarget.isPage(target, forOperators);
    if (!isPage && (target.startsWith(RequestTarget.OPS) != forOperators || RequestTarget.isPage(target, true))) {
      exchange.reject(Problem.NOTHING_HERE);
      return exchange;
    }
    boolean bodyInMemory = received.entity() instanceof HttpEntity.Strict;
    InFlight.Permit permit = inFlight.tryAcquire(forOperators, Preferences.wait(received, maxWait).isPresent(), bodyInMemory);
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
    if (isPage) {
      // Pages hold no data, and a browser has no token before it has loaded the page that asks for one.
      route(exchange, request, target, permit);
    } else {
      throttle.admit(exchange, request, RequestTarget.isThrottled(target), () -> route(exchange, request, target, permit));
    }
    return exchange;
  }

  private RequestEntity arriving(RequestEntity body, Exchange exchange, InFlight.Permit permit) {
    return ArrivingBody.of(body, bodyTimeout, () -> {
      boolean free = permit.bodyArrived();
      if (!free) {
        exchange.reject(TOO_MANY);
      }
      return free;
    }, () -> exchange.reject(Problem.of(408, "BODY_TIMEOUT", "the body did not arrive in time")));
  }

  private void route(Exchange exchange, HttpRequest request, String target, InFlight.Permit permit) {
    try {
      RequestTarget parsed = RequestTarget.of(target);
      Service service = switch (parsed.area()) {
        case PAGES -> pages;
        case OPS -> clusterServices;
        case API -> services.find(parsed.service())
            .orElseThrow(() -> Problem.of(404, "SERVICE_NOT_FOUND", "no service has this name").exception());
      };
      if (hops.isLoop(request)) {
        throw Problem.of(508, "LOOP_DETECTED", "the service's address leads back to this gateway").exception();
      }
      List<HttpHeader> headers = Forwarding.toService(request, exchange.id(), scheme, addresses);
      headers.add(hops.via(request));
      if (service == clusterServices) {
        // The cross-site check has been made already, against the name that the client used. The next node has another name, and would reject the
        // request.
        headers.removeIf(header -> header.is("origin") || header.is("sec-fetch-site"));
      }
      if (parsed.area() == RequestTarget.Area.API && !services.forwardsAuthorization(parsed.service())) {
        headers.removeIf(header -> header.is("authorization"));
      }
      Runnable served = clients.watch(request, exchange::giveUp);
      exchange.onEnd(answer -> served.run());
      Duration wait = Preferences.wait(request, maxWait).orElse(Duration.ZERO);
      Tries tries = new Tries(system, exchange, service, holding, permit::hold);
      withBody(exchange, request.withHeaders(headers), service, complete -> exchange.begin(complete, parsed, wait, timeout, tries));
    } catch (ProblemException problem) {
      exchange.reject(problem.problem());
    }
  }

  /** Continues with the request. A small body for a service whose requests are held is read first, so that it can be sent again. */
  private void withBody(Exchange exchange, HttpRequest request, Service service, Consumer<HttpRequest> then) {
    if (!service.isHeld() || !(request.entity() instanceof HttpEntity.Default body)) {
      then.accept(request);
      return;
    }
    long length = body.getContentLengthOption().getAsLong();
    if (!holding.tryKeepBody(length)) {
      then.accept(request);
      return;
    }
    exchange.onEnd(answer -> holding.release(length));
    body.getDataBytes().runFold(ByteString.emptyByteString(), ByteString::concat, system).whenComplete((bytes, broken) -> {
      if (broken == null) {
        then.accept(request.withEntity(HttpEntities.create(body.getContentType(), bytes)));
      } else {
        exchange.bodyBroken();
      }
    });
  }
}
