package io.orderflow.eventsourcing;

import akka.actor.typed.BackoffSupervisorStrategy;
import akka.actor.typed.SupervisorStrategy;
import java.time.Duration;

/** How event-sourced actors go on after a failed write. */
public final class Supervision {

  /** The actor recovers from the journal, which alone knows whether the write took place; pauses grow from 200 ms to 10 s. */
  public static final BackoffSupervisorStrategy RECOVER =
      SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2);

  private Supervision() {}
}
