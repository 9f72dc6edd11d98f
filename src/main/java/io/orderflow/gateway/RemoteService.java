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

/** A service that is reached over HTTP, its instances in turn. */
final class RemoteService implements Service {

  private final Function<URI, Instance> connect;
  private final AtomicInteger turn = new AtomicInteger();
  private volatile Map<URI, Instance> byAddress = Map.of();
  private volatile List<Instance> instances = List.of();

  private RemoteService(ActorSystem<?> system, Config config, Function<RequestTarget, String> path) {
    this.connect = address -> new Instance(system, config, address, path, this::lost);
  }

  /** A service of the operator's: an instance gets what follows the service's name, behind its own path. */
  static RemoteService at(ActorSystem<?> system, Config config, List<URI> addresses) {
    RemoteService service = new RemoteService(system, config, RequestTarget::rest);
    service.moveTo(addresses);
    return service;
  }

  /** The services on other nodes of this cluster: they get the whole path, as those of this node do. */
  static RemoteService onOtherNodes(ActorSystem<?> system, Config config) {
    RemoteService service = new RemoteService(system, config, RequestTarget::whole);
    List<URI> nodes = ServiceRegistry.nodes(config.getConfig("orderflow.gateway"));
    if (nodes.isEmpty()) {
      ServiceNodes.watch(system, service::moveTo);
    } else {
      service.moveTo(nodes);
      ServiceNodes.areKnown(system);
    }
    return service;
  }

  /** From now on it is at these addresses; what is under way goes on. */
  private synchronized void moveTo(List<URI> addresses) {
    Map<URI, Instance> known = byAddress;
    Map<URI, Instance> now = new LinkedHashMap<>();
    addresses.forEach(address -> now.put(address, known.containsKey(address) ? known.get(address) : connect.apply(address)));
    byAddress = now;
    instances = List.copyOf(now.values());
  }

  @Override
  public void serve(Exchange exchange) {
    next().ifPresentOrElse(instance -> instance.carry(exchange), () -> unreachable(exchange, new IllegalStateException("it has no address")));
  }

  /** The instance whose turn it is; one that refuses connections only when all do. */
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
    exchange.fail(Problem.of(503, "SERVICE_UNAVAILABLE", "the service can't be reached"), cause);
  }

  private void lost(Exchange exchange, boolean unsent, Throwable cause) {
    if (exchange.isDone()) {
      return;
    }
    if (exchange.mayTryAgain(unsent)) {
      next().ifPresentOrElse(instance -> instance.carryFresh(exchange), () -> unreachable(exchange, cause));
    } else if (unsent) {
      unreachable(exchange, cause);
    } else if (cause instanceof TimeoutException) {
      exchange.fail(Problem.of(504, "SERVICE_TIMEOUT", "the service did not answer in time"), cause);
    } else if (cause instanceof IllegalResponseException || cause instanceof MalformedMessage) {
      exchange.fail(Problem.of(502, "SERVICE_UNAVAILABLE", "the service gave no answer that can be understood"), cause);
    } else {
      exchange.fail(Problem.of(502, "SERVICE_UNAVAILABLE", "the service broke off the connection"), cause);
    }
  }
}
