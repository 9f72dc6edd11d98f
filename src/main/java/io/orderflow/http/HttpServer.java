package io.orderflow.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntityAcceptances;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.settings.ServerSettings;
import akka.japi.function.Function;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.tls.Tls;
import io.orderflow.http.wire.WireHeaders;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds routes to a port. At shutdown, the server closes connections after their next response ({@link Draining}), then stops accepting connections,
 * completes the requests in flight and closes.
 */
public final class HttpServer {

  /** Time for requests in flight to complete at shutdown. */
  private static final Duration DRAIN = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  private HttpServer() {}

  /**
   * The settings shared by all servers of a node, with overrides.
   *
   * @param config the node's whole configuration
   * @param overrides settings for this server only
   */
  public static ServerSettings settings(Config config, Config overrides) {
    ServerSettings server = ServerSettings.create(
        overrides.withFallback(config.getConfig("orderflow.http.server-settings")).withFallback(config));
    HttpMethod[] methods = config.getStringList("orderflow.gateway.further-methods").stream()
        .map(name -> HttpMethods.custom(name, false, false, RequestEntityAcceptances.Tolerated)).toArray(HttpMethod[]::new);
    // A request that comes on an open connection after the end of the listening is not begun; one that takes too long may have taken effect. Akka HTTP
    // answers both alike.
    HttpResponse ending = Problem.of(503, Problem.SERVICE_UNAVAILABLE, "the node is shutting down").response();
    return server.withTerminationDeadlineExceededResponse(ending).withParserSettings(server.getParserSettings().withCustomMethods(methods));
  }

  /**
   * Wraps a handler with the steps common to all servers: rejects requests that the scanner or the host check refused, and corrects the lengths in
   * responses to HEAD and in HTTP/2.
   *
   * @param hosts checks the name in {@code Host} and the site that the request comes from
   * @param clientOf the address of a request's client as the audit log names it
   * @param port the port, once it is bound
   */
  public static Function<HttpRequest, CompletionStage<HttpResponse>> guarded(Function<HttpRequest, CompletionStage<HttpResponse>> handler,
      ActorSystem<?> system, AllowedHosts hosts, java.util.function.Function<HttpRequest, String> clientOf, IntSupplier port) {
    Draining draining = Draining.of(system);
    Optional<HttpHeader> strictTransport = strictTransport(system);
    return received -> {
      HttpRequest request = ClientPresence.at(port.getAsInt(), received);
      Optional<HttpResponse> refusal = WireHeaders.refusal(request).map(response -> Problem.identified(response, request))
          .or(() -> hosts.refuse(request).map(problem -> denied(problem, request, clientOf, system)));
      CompletionStage<HttpResponse> answer =
          refusal.isPresent() ? CompletableFuture.completedFuture(refusal.get()) : handled(handler, request);
      if (request.protocol().value().equals("HTTP/2.0")) {
        answer = answer.thenApply(WireHeaders::withOneLength);
      } else if (draining.isOn()) {
        answer = answer.thenApply(Draining::last);
      }
      if (strictTransport.isPresent()) {
        answer = answer.thenApply(response -> withHeader(response, strictTransport.get()));
      }
      return request.method().equals(HttpMethods.HEAD) ? answer.thenApply(WireHeaders::withoutBody) : answer;
    };
  }

  private static HttpResponse denied(Problem problem, HttpRequest request, java.util.function.Function<HttpRequest, String> clientOf,
      ActorSystem<?> system) {
    String id = RequestId.of(request);
    Audit.denied(system, request, id, request.getUri().path(), clientOf.apply(request), problem.status());
    return problem.response(id);
  }

  /** Tells browsers to use HTTPS alone (RFC 6797); empty without TLS. */
  private static Optional<HttpHeader> strictTransport(ActorSystem<?> system) {
    long seconds = system.settings().config().getDuration("orderflow.tls.hsts").toSeconds();
    return Tls.of(system.classicSystem()).isOn() ? Optional.of(RawHeader.create("Strict-Transport-Security", "max-age=" + seconds)) : Optional.empty();
  }

  /** A response that was forwarded may have the header already. */
  private static HttpResponse withHeader(HttpResponse response, HttpHeader header) {
    return response.getHeader(header.name()).isPresent() ? response : response.addHeader(header);
  }

  private static CompletionStage<HttpResponse> handled(Function<HttpRequest, CompletionStage<HttpResponse>> handler, HttpRequest request) {
    try {
      return handler.apply(request);
    } catch (Exception defect) {
      // Akka HTTP would respond in plain text.
      LOG.error("A request failed with an unexpected error", defect);
      return CompletableFuture.completedFuture(Problem.of(defect).response(RequestId.of(request)));
    }
  }

  /**
   * Binds the routes. The stage fails if the port can't be bound.
   *
   * @param port 0 for any free port
   */
  public static CompletionStage<ServerBinding> bind(ActorSystem<?> system, String name, String host, int port, Route routes) {
    Function<HttpRequest, CompletionStage<HttpResponse>> handler = Routes.sealed(routes).function(system);
    AtomicInteger bound = new AtomicInteger(port);
    return Http.get(system).newServerAt(host, port)
        .withSettings(settings(system.settings().config(), ConfigFactory.empty()))
        .bind(guarded(RequestBody.readBeforeAnswer(request -> handler.apply(WireHeaders.withMediaType(request)), system), system,
            AllowedHosts.of(system.settings().config()), Audit::from, bound::get))
        .thenApply(binding -> {
          bound.set(binding.localAddress().getPort());
          LOG.info("HTTP server ({}) listening on {}://{}:{}", name, Tls.of(system.classicSystem()).scheme(), host, binding.localAddress().getPort());
          return binding.addToCoordinatedShutdown(DRAIN, system);
        });
  }
}
