package io.orderflow.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.kernel.SafeText;
import io.orderflow.security.Authenticator;
import io.orderflow.security.Caller;
import io.orderflow.security.Scopes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records who did what, when, by which request and with which outcome, as one line of JSON on a logger of its own: changes, denied requests and
 * operators' actions. A line has neither bodies nor queries, so neither tokens nor card data. A node that is open to its own machine alone records
 * nothing, because it asks nobody who they are.
 */
public final class Audit {

  /** The logger's name. */
  public static final String LOGGER = "orderflow.audit";

  /**
   * A line.
   *
   * @param kind CHANGE, DENIED or OPERATION
   * @param actor the caller's subject; null if it is not known
   * @param from the address of the client and the proxies it came through, as far as they are trusted
   * @param status the answer's
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Line(Instant at, String kind, String actor, String issuer, String method, String path, String request, String from, int status) {}

  /**
   * A line about an act that a request began and that was carried out later.
   *
   * @param actor null if nobody was asked who they are
   * @param batch the batch that it belongs to
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Act(Instant at, String kind, String actor, String action, String target, String batch, String outcome) {}

  /** Facts that become known about a request on its way through the routes. */
  private static final class Trail {
    private Caller caller;
    private String scope;
    private boolean denied;
  }

  private static final AttributeKey<Trail> TRAIL = AttributeKey.create("audit", Trail.class);
  private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
  private static final Set<Integer> DENIED = Set.of(401, 403, 429);
  private static final int MAX_LENGTH = 300;
  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

  private Audit() {}

  /** The routes with a record of each request that is worth one. Routes within routes are recorded once. */
  static Route audited(Route routes) {
    AllDirectives on = new AllDirectives() {};
    return on.extractRequest(received -> received.getAttribute(TRAIL).isPresent() ? routes
        : on.extractActorSystem(system -> {
          if (!Authenticator.of(system).isAudited()) {
            return routes;
          }
          Trail trail = new Trail();
          return on.mapRequest(request -> request.addAttribute(TRAIL, trail), () -> on.mapResponse(response -> {
            record(received, trail, response);
            return response;
          }, () -> routes));
        }));
  }

  /** Notes who sends the request, and the scope that it needs; null for none. */
  static void sentBy(HttpRequest request, Caller caller, String scope) {
    request.getAttribute(TRAIL).ifPresent(trail -> {
      trail.caller = caller;
      trail.scope = scope;
    });
  }

  /** Notes that the request is for something that is not its caller's. */
  static void denied(HttpRequest request) {
    request.getAttribute(TRAIL).ifPresent(trail -> trail.denied = true);
  }

  /**
   * Records a request that was denied before it reached a route.
   *
   * @param from the address of the client and the trusted proxies that it came through
   */
  public static void denied(ActorSystem<?> system, HttpRequest request, String requestId, String path, String from, int status) {
    if (Authenticator.of(system.classicSystem()).isAudited()) {
      log(new Line(now(), "DENIED", null, null, request.method().value(), masked(path), requestId, from, status));
    }
  }

  /** Records what a batch did to one of its targets. It may be recorded twice if a node crashes meanwhile. */
  public static void acted(ActorSystem<?> system, String actor, String action, String target, String batch, String outcome) {
    if (Authenticator.of(system.classicSystem()).isAudited()) {
      log(new Act(now(), "OPERATION", actor, action, target, batch, masked(outcome)));
    }
  }

  private static void record(HttpRequest request, Trail trail, HttpResponse response) {
    int status = response.status().intValue();
    String kind = trail.denied || DENIED.contains(status) ? "DENIED"
        : trail.caller == null || READING.contains(request.method().value()) ? null
        : Scopes.OPS_WRITE.equals(trail.scope) ? "OPERATION" : "CHANGE";
    if (kind != null) {
      Optional<Caller> caller = Optional.ofNullable(trail.caller).filter(known -> !known.isOpen());
      log(new Line(now(), kind, caller.map(Caller::subject).orElse(null), caller.map(Caller::issuer).orElse(null), request.method().value(),
          masked(request.getUri().path()), header(request, RequestId.LOWERCASE_HEADER), from(request), status));
    }
  }

  private static void log(Record line) {
    LOG.info(new String(Json.bytes(line), StandardCharsets.UTF_8));
  }

  /** The client's address as a gateway has reported it; the peer's if there is none. */
  static String from(HttpRequest request) {
    String forwarded = header(request, "x-forwarded-for");
    return forwarded != null ? forwarded : request.getAttribute(AttributeKeys.remoteAddress).flatMap(peer -> peer.getAddress())
        .map(address -> address.getHostAddress()).orElse(null);
  }

  private static String header(HttpRequest request, String name) {
    for (HttpHeader header : request.getHeaders()) {
      if (header.is(name)) {
        return masked(header.value());
      }
    }
    return null;
  }

  private static String masked(String text) {
    return SafeText.masked(text, MAX_LENGTH);
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }
}
