package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.scaladsl.model.IllegalResponseException;
import com.typesafe.config.Config;
import io.orderflow.http.Problem;
import io.orderflow.http.wire.MalformedMessage;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A service reached over HTTP. Requests go to its instances in rotation (round robin). */
final class RemoteService implements Service {

  private final Function<URI, Instance> connect;
  private final AtomicInteger turn = new AtomicInteger();
  private volatile Map<URI, Instance> byAddress = Map.of();
  private volatile List<Instance> instances = List.of();

  private RemoteService(ActorSystem<?> system, Config config, Function<RequestTarget, String> path) {
    this.connect = address -> new Instance(system, config, address, path, this::lost);
  }

  /** An external service. Instances get the path after the service's name, appended to the path of their address. */
  static RemoteService at(ActorSystem<?> system, Config config, List<URI> addresses) {
    RemoteService service = new RemoteService(system, config, RequestTarget::rest);
    service.moveTo(addresses);
    return service;
  }

  /** The services on this cluster's other nodes. They get the whole path, as local services do. */
  static RemoteService onOtherNodes(ActorSystem<?> system, Config config) {
    RemoteService service = new RemoteService(system, config, RequestTarget::full);
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

  @Override
  public void serve(Exchange exchange) {
    next().ifPresentOrElse(instance -> instance.carry(exchange),
        () -> unreachable(exchange, new IllegalStateException("the service has no address")));
  }

  /** The next instance in rotation. An instance that refuses connections is chosen only if all do. */
  private Optional<Instance> next() {
    List<Instance> all = instances;
    if (all.isEmpty()) {
      return Optional.empty();
    }
    int first = Math.floorMod(turn.getAndIncrement(), all.size());
    for (int i = 0; i < all.size(); i++) {
      Instance instance = all.get((first + i) % all.size());
      if (!instance.isLeftOut()) {
        return Optional.of(instance);
      }
    }
    return Optional.of(all.get(first));
  }

  private static void unreachable(Exchange exchange, Throwable cause) {
    exchange.fail(Problem.of(503, "SERVICE_UNAVAILABLE", "the service is unreachable"), cause);
  }

  private void lost(Exchange exchange, boolean unsent, Throwable cause) {
    if (exchange.hasEnded()) {
      return;
    }
    if (exchange.mayRetry(unsent)) {
      next().ifPresentOrElse(instance -> instance.carryFresh(exchange), () -> unreachable(exchange, cause));
    } else if (unsent) {
      unreachable(exchange, cause);
    } else if (cause instanceof TimeoutException) {
      exchange.fail(Problem.of(504, "SERVICE_TIMEOUT", "the service did not answer in time"), cause);
    } else if (cause instanceof IllegalResponseException || cause instanceof MalformedMessage) {
      exchange.fail(Problem.of(502, "SERVICE_UNAVAILABLE", "the service sent an invalid response"), cause);
    } else {
      exchange.fail(Problem.of(502, "SERVICE_UNAVAILABLE", "the service closed the connection before it responded"), cause);
    }
  }
}
