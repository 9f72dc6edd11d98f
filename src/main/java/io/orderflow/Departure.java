package io.orderflow;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.pattern.Patterns;
import io.orderflow.eventsourcing.Evacuation;
import io.orderflow.gateway.ServiceNodes;
import io.orderflow.http.Draining;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Lets a node leave without a failed request. Before its servers stop listening, {@code /ready} turns 503, responses close their connections,
 * gateways elsewhere stop sending to the node, and its shards move to other nodes. Akka's coordinated shutdown goes on with the rest: servers finish their
 * requests, the node leaves the cluster.
 */
final class Departure {

  /** Requests that a gateway sent just before it stopped sending arrive meanwhile. */
  private static final Duration LAST_REQUESTS = Duration.ofMillis(200);

  private Departure() {}

  /**
   * Registers the steps for a shutdown.
   *
   * @param noticed how long a node with a gateway goes on taking requests, so that load balancers notice that it is not ready
   */
  static void register(ActorSystem<?> system, boolean services, boolean gateway, Duration noticed) {
    CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
    shutdown.addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "drain", () -> {
      Draining.of(system).begin();
      CompletionStage<Done> left = services
          ? ServiceNodes.leave(system).thenCompose(done -> after(system, LAST_REQUESTS)).thenCompose(done -> Evacuation.run(system)) : done();
      CompletionStage<Done> seen = gateway ? after(system, noticed) : done();
      return left.thenCombine(seen, (one, other) -> {
        Draining.of(system).end();
        return Done.getInstance();
      });
    });
  }

  private static CompletionStage<Done> after(ActorSystem<?> system, Duration delay) {
    Supplier<CompletionStage<Done>> done = Departure::done;
    return delay.isZero() ? done() : Patterns.after(delay, system.classicSystem().scheduler(), system.executionContext(), done::get);
  }

  private static CompletionStage<Done> done() {
    return CompletableFuture.completedStage(Done.getInstance());
  }
}
