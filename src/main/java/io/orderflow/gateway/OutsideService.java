package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.scaladsl.model.IllegalResponseException;
import com.typesafe.config.Config;
import io.orderflow.http.Problem;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A service with addresses of its own, reached over HTTP, its instances in turn. */
final class OutsideService implements Service {

  private final List<Instance> instances;
  private final AtomicInteger turn = new AtomicInteger();

  OutsideService(ActorSystem<?> system, Config config, List<URI> addresses) {
    this.instances = addresses.stream().map(address -> new Instance(system, config, address, this::lost)).toList();
  }

  @Override
  public void serve(Exchange exchange) {
    next().carry(exchange);
  }

  /** The instance whose turn it is; one that refuses connections only when all do. */
  private Instance next() {
    int first = Math.floorMod(turn.getAndIncrement(), instances.size());
    for (int i = 0; i < instances.size(); i++) {
      Instance instance = instances.get((first + i) % instances.size());
      if (!instance.isLeftOut()) {
        return instance;
      }
    }
    return instances.get(first);
  }

  private void lost(Instance instance, Exchange exchange, boolean unsent, Throwable cause) {
    if (exchange.isDone()) {
      return;
    }
    if (exchange.mayTryAgain(unsent)) {
      next().carryFresh(exchange);
    } else if (unsent) {
      exchange.fail(Problem.of(503, "SERVICE_UNAVAILABLE", "the service can't be reached"), cause);
    } else if (cause instanceof TimeoutException) {
      exchange.fail(Problem.of(504, "SERVICE_TIMEOUT", "the service did not answer in time"), cause);
    } else if (cause instanceof IllegalResponseException) {
      exchange.fail(Problem.of(502, "SERVICE_UNAVAILABLE", "the service gave no answer that can be understood"), cause);
    } else {
      exchange.fail(Problem.of(502, "SERVICE_UNAVAILABLE", "the service broke off the connection"), cause);
    }
  }
}
