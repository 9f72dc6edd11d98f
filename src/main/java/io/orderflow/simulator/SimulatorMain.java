package io.orderflow.simulator;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import io.orderflow.kernel.CommonPool;
import io.orderflow.kernel.Configuration;
import org.slf4j.LoggerFactory;

/** Runs the payment provider's simulator in its own process. */
public final class SimulatorMain {

  private SimulatorMain() {}

  public static void main(String[] args) {
    CommonPool.widen();
    Config config = Configuration.load().withValue("akka.actor.provider", ConfigValueFactory.fromAnyRef("local"));
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "provider", config);
    Simulator.start(system, config).whenComplete((binding, failure) -> {
      if (failure != null) {
        LoggerFactory.getLogger(SimulatorMain.class).error("The simulator can't start: {}", rootOf(failure).getMessage());
        system.terminate();
        system.getWhenTerminated().thenRun(() -> System.exit(1));
      }
    });
  }

  private static Throwable rootOf(Throwable failure) {
    return failure.getCause() == null ? failure : rootOf(failure.getCause());
  }
}
