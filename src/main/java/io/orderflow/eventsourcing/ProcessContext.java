package io.orderflow.eventsourcing;

import akka.actor.typed.ActorSystem;
import java.time.Duration;

/**
 * What a home offers to one of its processes. A home works in turns: a message or an outcome comes in, its parts decide and record, and
 * at the turn's end all recorded events are stored in one write. No turn begins while a write is under way. All methods but
 * {@link #execute} and {@link #schedule} are for the home's own thread, and events are recorded in turns only: elsewhere that fails with an
 * {@link IllegalStateException}.
 */
public interface ProcessContext<E, S> {

  /** The home's id. */
  String id();

  /** The state after all events, those included that are not stored yet. */
  S state();

  /** The events that are recorded in the rest of this turn happen on behalf of that actor ({@link Message#actor}). */
  void onBehalfOf(String actor);

  /** Applies the event now, and stores it at the end of this turn. */
  void record(E event);

  /** Applies the event now, and stores it with the next write, before the events recorded later. A crash before that loses it. */
  void defer(E event);

  /** Stores the deferred events at the end of this turn. */
  void flush();

  /** Runs the action once the events of this turn are stored; if the turn stores nothing, at its end. It must not record events. */
  void afterWrite(Runnable action);

  /** Runs the action in a turn of its own once the events of this turn are stored; if nothing is to be stored so far, at once. */
  void onceStored(Runnable action);

  /** Runs the action in the current turn if this is its thread, otherwise in a turn of its own. For the outcomes of calls; thread-safe. */
  void execute(Runnable action);

  /** Runs the action in a turn of its own after the delay. Thread-safe. */
  akka.actor.Cancellable schedule(Duration delay, Runnable action);

  /** Lets the home leave memory some time after its last message, if no process is busy then. */
  void leaveWhenIdle();

  /** Lets the home leave memory at once, if no process is busy. */
  void leave();

  /** Keeps the home in memory until it is told to leave. */
  void stay();

  /** The home, for the calls of services. */
  Home home();

  ActorSystem<?> system();
}
