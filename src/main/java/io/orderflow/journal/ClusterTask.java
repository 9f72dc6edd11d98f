package io.orderflow.journal;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.SingletonActor;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Runs a recurring task on one of the nodes with services. */
public final class ClusterTask {

  /** One round of a task. May block. */
  @FunctionalInterface
  public interface Round {

    /** Returns the pause before the next round. */
    Duration run() throws Exception;
  }

  private enum Tick { INSTANCE }

  private ClusterTask() {}

  /**
   * Starts a recurring task.
   *
   * @param name the name of the cluster singleton
   * @param firstPause the pause before the first round
   * @param create creates the task's state; called again after a failed round and when the task moves to another node
   */
  public static void start(ActorSystem<?> system, String name, Duration firstPause, Callable<Round> create) {
    Behavior<Tick> task = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      Round round = create.call();
      timers.startSingleTimer(Tick.INSTANCE, firstPause);
      return Behaviors.receive(Tick.class).onMessage(Tick.class, tick -> {
        timers.startSingleTimer(Tick.INSTANCE, round.run());
        return Behaviors.same();
      }).build();
    }));
    singleton(system, name, task);
  }

  /**
   * Starts a cluster singleton on one of the nodes with services. It runs on the blocking dispatcher, and restarts with back-off after a
   * failure.
   */
  public static <T> void singleton(ActorSystem<?> system, String name, Behavior<T> behavior) {
    ClusterSingleton.get(system).init(SingletonActor
        .of(Behaviors.supervise(behavior).onFailure(SupervisorStrategy
            .restartWithBackoff(Duration.ofMillis(500), Duration.ofSeconds(10), 0.2)), name)
        .withProps(DispatcherSelector.fromConfig("orderflow.blocking-dispatcher"))
        .withSettings(ClusterSingletonSettings.create(system).withRole("services")));
  }
}
