package io.orderflow.simulator;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.http.javadsl.ServerBinding;
import com.typesafe.config.Config;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.HttpServer;
import io.orderflow.kernel.StartRefused;
import io.orderflow.security.SecuritySettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** Starts the simulator as part of a node, and stops it when the node shuts down. */
public final class Simulator {

  private static final String DISPATCHER = "orderflow.provider.blocking-dispatcher";

  private Simulator() {}

  /**
   * Opens the ledger in the data folder and binds the port. The stage fails if either is unavailable, and with {@link StartRefused} if
   * other machines would reach the simulator without having been let in.
   *
   * @param config the whole configuration
   */
  public static CompletionStage<ServerBinding> start(ActorSystem<?> system, Config config) {
    return start(system, config, new Random());
  }

  /** @param random decides which calls fail: those for which it draws a number below {@code failureRate} */
  static CompletionStage<ServerBinding> start(ActorSystem<?> system, Config config, RandomGenerator random) {
    Executor blocking = system.dispatchers().lookup(DispatcherSelector.fromConfig(DISPATCHER));
    int connections = config.getInt(DISPATCHER + ".thread-pool-executor.fixed-pool-size");
    return CompletableFuture.runAsync(() -> SecuritySettings.of(config), blocking).thenApplyAsync(allowed -> new Ledger(Path.of(config.getString("orderflow.data-dir")), connections,
        Clock.tickMillis(ZoneOffset.UTC), () -> "tx_" + UUID.randomUUID()), blocking)
        .thenCompose(ledger -> bind(system, config, random, blocking, ledger));
  }

  private static CompletionStage<ServerBinding> bind(ActorSystem<?> system, Config config, RandomGenerator random, Executor blocking,
      Ledger ledger) {
    String host = config.getString("orderflow.bind");
    LostAnswers lost = new LostAnswers(ClientPresence.of(system.classicSystem()));
    SimulatorRoutes routes = new SimulatorRoutes(system, ledger, blocking, lost, random, SecuritySettings.isLoopback(host));
    CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
    shutdown.addTask(CoordinatedShutdown.PhaseServiceUnbind(), "provider-lost-answers", () -> {
      lost.end();
      return CompletableFuture.completedFuture(Done.done());
    });
    shutdown.addTask(CoordinatedShutdown.PhaseServiceStop(), "provider-ledger", () -> CompletableFuture.supplyAsync(() -> {
      ledger.close();
      return Done.done();
    }, blocking));
    return HttpServer.bind(system, "payment provider's simulator", host, config.getInt("orderflow.provider.port"), routes.routes())
        .whenComplete((binding, failure) -> {
          if (failure != null) {
            ledger.close();
          }
        });
  }
}
