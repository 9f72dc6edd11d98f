package io.orderflow.eventsourcing;

/**
 * Defines an aggregate by two pure functions of its state, independent of actors, storage and callers.
 *
 * @param <C> its commands, queries included
 * @param <E> its events
 * @param <S> its state, immutable
 * @param <R> its replies
 */
public interface Aggregate<C, E, S, R> {

  /** The state before the first event. */
  S initialState();

  /** Decides on a command in that state: returns events and a reply, or a rejection. */
  Decision<E, R> decide(S state, C command);

  /** The state after the event. */
  S apply(S state, E event);
}
