package io.orderflow.provider;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import com.typesafe.config.Config;
import io.orderflow.http.Routes;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.duration.Duration;

/** The simulator as a part of a node: its ledger, its port and their end when the node shuts down. */
public final class Simulator {

  private static final String DISPATCHER = "orderflow.provider.blocking-dispatcher";
  /** How long calls in flight may take to finish when the node shuts down. */
  private static final java.time.Duration DRAIN = java.time.Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(Simulator.class);

  private Simulator() {}

  /**
   * Opens the ledger in the data folder and binds; the stage fails when either can't be had.
   *
   * @param config the whole configuration
   */
  public static CompletionStage<ServerBinding> start(ActorSystem<?> system, Config config) {
    return start(system, config, new Random());
  }

  /** @param random decides which calls fail by {@code failureRate}: those for which it draws a number below it */
  static CompletionStage<ServerBinding> start(ActorSystem<?> system, Config config, RandomGenerator random) {
    Executor blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER));
    int connections = config.getInt(DISPATCHER + ".thread-pool-executor.fixed-pool-size");
    return CompletableFuture.supplyAsync(() -> new Ledger(Path.of(config.getString("orderflow.data-dir")), connections,
        Clock.tickMillis(ZoneOffset.UTC), () -> "tx_" + UUID.randomUUID()), blocking)
        .thenCompose(ledger -> bind(system, config, random, blocking, ledger));
  }

  private static CompletionStage<ServerBinding> bind(ActorSystem<?> system, Config config, RandomGenerator random, Executor blocking,
      Ledger ledger) {
    LostAnswers lost = new LostAnswers();
    ProviderRoutes routes = new ProviderRoutes(system, ledger, blocking, lost, random);
    CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
    shutdown.addTask(CoordinatedShutdown.PhaseServiceUnbind(), "provider-lost-answers", () -> {
      lost.end();
      return CompletableFuture.completedFuture(Done.done());
    });
    shutdown.addTask(CoordinatedShutdown.PhaseServiceStop(), "provider-ledger", () -> CompletableFuture.supplyAsync(() -> {
      ledger.close();
      return Done.done();
    }, blocking));
    String host = config.getString("orderflow.bind");
    return Http.get(system).newServerAt(host, config.getInt("orderflow.provider.port"))
        // An answer that is lost on purpose must not come as the server's own 503 after all.
        .adaptSettings(settings -> settings.withPipeliningLimit(LostAnswers.REQUESTS_IN_HAND)
            .withTimeouts(settings.getTimeouts().withRequestTimeout(Duration.Inf())))
        .bindFlow(lost.connection(Routes.sealed(routes.routes()).function(system)))
        .whenComplete((binding, failure) -> {
          if (failure != null) {
            ledger.close();
          }
        })
        .thenApply(binding -> {
          LOG.info("The payment provider's simulator listens on http://{}:{}", host, binding.localAddress().getPort());
          return binding.addToCoordinatedShutdown(DRAIN, system);
        });
  }
}
