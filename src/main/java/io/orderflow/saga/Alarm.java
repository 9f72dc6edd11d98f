package io.orderflow.saga;

import akka.actor.Cancellable;
import java.time.Duration;
import java.time.Instant;

/**
 * Runs one action at a time after a delay, in a turn of the saga's home. Not thread-safe: {@link InFlightCalls} owns it.
 *
 * <p>A saga sets and clears it for each of its calls, most of which are answered within milliseconds. The timer behind it is left running:
 * when it fires too early, it is started again for the rest. Most sagas so need one timer in their life.
 */
final class Alarm {

  private final SagaContext<?> context;
  /** The action that is due; null if the alarm is not set. */
  private Runnable action;
  private Instant due;
  private Instant timerFires;
  private Cancellable timer;

  Alarm(SagaContext<?> context) {
    this.context = context;
  }

  /** Runs the action after the delay, instead of any action that was set before. */
  void set(Duration delay, Runnable next) {
    action = next;
    due = context.steady().instant().plus(delay);
    if (timer != null && timerFires.isAfter(due)) {
      timer.cancel();
      timer = null;
    }
    if (timer == null) {
      start(delay);
    }
  }

  void clear() {
    action = null;
  }

  /** Cancels the timer, as the saga has ended. */
  void stop() {
    clear();
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void start(Duration delay) {
    timerFires = due;
    Cancellable[] started = new Cancellable[1];
    started[0] = context.home().schedule(delay, () -> fired(started[0]));
    timer = started[0];
  }

  private void fired(Cancellable of) {
    if (timer != of) {
      return;
    }
    timer = null;
    if (action == null) {
      return;
    }
    Duration rest = Duration.between(context.steady().instant(), due);
    if (rest.isNegative() || rest.isZero()) {
      Runnable now = action;
      action = null;
      now.run();
    } else {
      start(rest);
    }
  }
}
