package io.orderflow.http;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.dispatch.ExecutionContexts$;
import com.typesafe.config.Config;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Admission of requests that make much work later, such as orders, by the delay that every piece of work on this node has before a thread runs it.
 * A node that gets more orders than it can do refuses the excess at once; otherwise each order would wait for all before it, reads too, and memory
 * would grow with them. {@link DelayControl} says how much is refused.
 */
public final class Admission implements Extension {

  private static final class Id extends ExtensionId<Admission> {
    private static final Id INSTANCE = new Id();

    @Override
    public Admission createExtension(ActorSystem<?> system) {
      return new Admission(system);
    }
  }

  private final Duration target;
  private final Executor dispatcher;
  /** When the probe that waits for a thread was handed in; 0 while none waits. */
  private volatile long probeSince;
  private volatile long lastDelayNanos;
  private volatile DelayControl control = DelayControl.IDLE;

  private Admission(ActorSystem<?> system) {
    Config config = system.settings().config();
    this.target = config.getDuration("orderflow.http.admission-delay");
    this.dispatcher = system.dispatchers().lookup(DispatcherSelector.defaultDispatcher());
    if (!target.isZero()) {
      system.scheduler().scheduleWithFixedDelay(DelayControl.INTERVAL, DelayControl.INTERVAL, this::update, ExecutionContexts$.MODULE$.parasitic());
    }
  }

  public static Admission of(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system);
  }

  /** Whether the node can take on a further piece of such work now. */
  public boolean admits() {
    DelayControl now = control;
    return now.share() == 0 || !now.refuses(ThreadLocalRandom.current().nextDouble(), target);
  }

  /** The share of such work that is refused now, 0 to 1. */
  public double refusedShare() {
    return control.share();
  }

  /** The delay that was measured last, in seconds. */
  public double delaySeconds() {
    return control.delaySeconds();
  }

  /** Called on the scheduler's thread, which is not the one that is measured. A probe that still waits counts with the time so far. */
  private void update() {
    long now = System.nanoTime();
    long since = probeSince;
    long delay = since == 0 ? lastDelayNanos : now - since;
    control = control.measured(Duration.ofNanos(delay), target);
    if (since == 0) {
      probeSince = now;
      dispatcher.execute(() -> {
        lastDelayNanos = System.nanoTime() - now;
        probeSince = 0;
      });
    }
  }
}
