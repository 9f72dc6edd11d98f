package io.orderflow.gateway;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.settings.ClientConnectionSettings;
import akka.stream.Attributes;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import akka.stream.javadsl.Flow;
import com.typesafe.config.Config;
import io.orderflow.http.Problem;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;

/**
 * One address of a service, with its connection pool. The connection used last is reused first, so that surplus connections time out when load falls.
 */
final class Instance {

  /** Stream errors are not logged here: the exchange logs each failure in one line. */
  private static final Attributes QUIET =
      Attributes.createLogLevels(Attributes.logLevelOff(), Attributes.logLevelOff(), Attributes.logLevelOff());

  private final Materializer materializer;
  private final String basePath;
  private final Function<RequestTarget, String> path;
  private final ServiceWire wire;
  private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger idleCount = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final int maxConnections;
  private final int maxIdle;
  private final long leftOutNanos;
  private final OnLoss onLoss;
  private volatile long leftOutSince;
  private volatile boolean leftOut;
  private volatile long lastAnswer = System.nanoTime();

  /** Handles a try that lost its connection before a response. */
  interface OnLoss {

    /** @param unsent whether none of the request can have reached the service */
    void lost(Attempt attempt, boolean unsent, Throwable cause);
  }

  /**
   * An instance without connections.
   *
   * @param engines makes the TLS engine of a connection to a host and a port
   * @param path the part of a target that is appended to the address's own path
   */
  Instance(ActorSystem<?> system, Config config, URI address, BiFunction<String, Integer, SSLEngine> engines, Function<RequestTarget, String> path, OnLoss onLoss) {
    Config gateway = config.getConfig("orderflow.gateway");
    this.materializer = SystemMaterializer.get(system).materializer();
    this.maxConnections = gateway.getInt("connections-per-instance");
    this.maxIdle = gateway.getInt("idle-connections-per-instance");
    this.leftOutNanos = gateway.getDuration("leave-out").toNanos();
    this.onLoss = onLoss;
    this.path = path;
    String base = address.getRawPath();
    this.basePath = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    boolean secure = "https".equals(address.getScheme());
    String host = address.getHost();
    int port = address.getPort() > 0 ? address.getPort() : secure ? 443 : 80;
    this.wire = new ServiceWire(system, host, port, secure ? Optional.of(() -> engines.apply(host, port)) : Optional.empty(),
        ClientConnectionSettings.create(gateway.getConfig("client-settings").withFallback(config)));
  }

  /** Whether the instance refused a connection or was silent recently ({@code leave-out}). Other instances are tried first. */
  boolean isLeftOut() {
    return leftOut && System.nanoTime() - leftOutSince < leftOutNanos;
  }

  /** Has other instances tried first for a while. */
  void leaveOut() {
    leftOutSince = System.nanoTime();
    leftOut = true;
  }

  /** Called when a response has begun. */
  void answered() {
    lastAnswer = System.nanoTime();
    leftOut = false;
  }

  /** When a response began last, as {@link System#nanoTime}; the time of the creation if none did. */
  long lastAnswer() {
    return lastAnswer;
  }

  void carry(Attempt attempt) {
    for (Connection connection = idle.pollFirst(); connection != null; connection = idle.pollFirst()) {
      idleCount.decrementAndGet();
      if (connection.begin(attempt)) {
        return;
      }
    }
    carryFresh(attempt);
  }

  /** Carries the request on a new connection. */
  void carryFresh(Attempt attempt) {
    if (open.incrementAndGet() > maxConnections) {
      open.decrementAndGet();
      attempt.fail(Failure.last(Problem.of(503, Problem.SERVICE_UNAVAILABLE, "the service is overloaded; try again later")));
      return;
    }
    Connection connection = new Connection(this, attempt);
    try {
      Flow.<HttpResponse, HttpRequest, NotUsed>fromGraph(connection).join(wire.connect(connection)).withAttributes(QUIET).run(materializer);
    } catch (IllegalStateException shutDown) {
      open.decrementAndGet();
      attempt.fail(Failure.last(Problem.of(503, Problem.SERVICE_UNAVAILABLE, "the gateway is shutting down")));
    }
  }

  /** The request as sent to this instance. */
  HttpRequest requestOf(Exchange exchange) {
    String target = basePath + path.apply(exchange.target());
    HttpRequest request = ServiceMessages.toService(exchange.request(), target.startsWith("/") ? target : "/" + target);
    return request.entity() instanceof HttpEntity.Strict ? request
        : request.withEntity(Bodies.watched(request.entity(), exchange::sent, exchange::bodyBroken));
  }

  void idle(Connection connection) {
    if (idleCount.incrementAndGet() > maxIdle) {
      idleCount.decrementAndGet();
      connection.retire();
    } else {
      idle.addFirst(connection);
    }
  }

  void closed(Connection connection) {
    open.decrementAndGet();
    if (idle.remove(connection)) {
      idleCount.decrementAndGet();
    }
  }

  /**
   * Called when the connection broke before a response.
   *
   * @param begun whether the request was handed to the connection
   */
  void lost(Attempt attempt, boolean begun, Throwable cause) {
    // Akka marks a failed connection attempt only by this text; a timed-out attempt has no cause.
    boolean refused = cause.getMessage() != null && cause.getMessage().startsWith("Tcp command [Connect");
    if (refused) {
      leaveOut();
    }
    onLoss.lost(attempt, refused || !begun, cause);
  }
}
