package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.scaladsl.model.IllegalResponseException;
import com.typesafe.config.Config;
import io.orderflow.http.Problem;
import io.orderflow.http.tls.Tls;
import io.orderflow.http.wire.MalformedMessage;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;

/** A service reached over HTTP. Requests go to its instances in rotation (round robin). */
final class RemoteService implements Service {

  private static final Problem UNREACHABLE = Problem.of(503, Problem.SERVICE_UNAVAILABLE, "the service is unreachable");

  private final Function<URI, Instance> connect;
  private final boolean held;
  private final AtomicInteger turn = new AtomicInteger();
  private volatile Map<URI, Instance> byAddress = Map.of();
  private volatile List<Instance> instances = List.of();

  private RemoteService(ActorSystem<?> system, Config config, BiFunction<String, Integer, SSLEngine> engines, Function<RequestTarget, String> path, boolean held) {
    this.held = held;
    this.connect = address -> new Instance(system, config, address, engines, path, this::lost);
  }

  /**
   * An external service. Instances get the path after the service's name, appended to the path of their address.
   *
   * @param held whether its requests are held and repeated
   */
  static RemoteService at(ActorSystem<?> system, Config config, List<URI> addresses, boolean held) {
    RemoteService service = new RemoteService(system, config, Tls.of(system.classicSystem())::clientEngine, RequestTarget::rest, held);
    service.moveTo(addresses);
    return service;
  }

  /** The services on this cluster's other nodes. They get the whole path, as local services do. */
  static RemoteService onOtherNodes(ActorSystem<?> system, Config config) {
    RemoteService service = new RemoteService(system, config, Tls.of(system.classicSystem())::nodeEngine, RequestTarget::full, holds(config));
    List<URI> nodes = ServiceRegistry.nodes(config.getConfig("orderflow.gateway"));
    if (nodes.isEmpty()) {
      ServiceNodes.watch(system, service::moveTo);
    } else {
      service.moveTo(nodes);
      ServiceNodes.areKnown(system);
    }
    return service;
  }

  /** Replaces the addresses. Requests in progress continue. */
  private synchronized void moveTo(List<URI> addresses) {
    Map<URI, Instance> known = byAddress;
    Map<URI, Instance> now = new LinkedHashMap<>();
    addresses.forEach(address -> now.put(address, known.containsKey(address) ? known.get(address) : connect.apply(address)));
    byAddress = now;
    instances = List.copyOf(now.values());
  }

  /** Whether requests are held at all. */
  static boolean holds(Config config) {
    return config.getInt("orderflow.gateway.hold.max") > 0;
  }

  @Override
  public boolean isHeld() {
    return held;
  }

  @Override
  public void serve(Attempt attempt) {
    // With no address known there is nothing to wait for: the cluster is down, or this gateway is cut off from it.
    next(attempt.previousInstance()).ifPresentOrElse(attempt::carriedBy,
        () -> attempt.fail(new Failure(Failure.Effect.FINAL, null, UNREACHABLE, new IllegalStateException("the service has no address"))));
  }

  /** The next instance in rotation. One that is left out is chosen only if all are, and the one of the try before only if no other is left. */
  private Optional<Instance> next(Instance before) {
    List<Instance> all = instances;
    if (all.isEmpty()) {
      return Optional.empty();
    }
    int first = Math.floorMod(turn.getAndIncrement(), all.size());
    Instance last = null;
    for (int i = 0; i < all.size(); i++) {
      Instance instance = all.get((first + i) % all.size());
      if (!instance.isLeftOut()) {
        if (instance != before) {
          return Optional.of(instance);
        }
        last = instance;
      }
    }
    return Optional.of(last != null ? last : all.get(first));
  }

  private void lost(Attempt attempt, boolean unsent, Throwable cause) {
    attempt.fail(Failure.lost(unsent, problemOf(unsent, cause), cause));
  }

  private static Problem problemOf(boolean unsent, Throwable cause) {
    if (unsent) {
      return UNREACHABLE;
    } else if (cause instanceof TimeoutException) {
      return Problem.of(504, "SERVICE_TIMEOUT", "the service did not answer in time");
    } else if (cause instanceof IllegalResponseException || cause instanceof MalformedMessage) {
      return Problem.of(502, Problem.SERVICE_UNAVAILABLE, "the service sent an invalid response");
    }
    return Problem.of(502, Problem.SERVICE_UNAVAILABLE, "the service closed the connection before it responded");
  }
}
