package io.orderflow.eventsourcing;

/**
 * An aggregate as two pure functions of its state. It knows nothing of actors, storage or who asks.
 *
 * @param <C> its commands, queries included
 * @param <E> its events
 * @param <S> its state, immutable
 * @param <R> its replies
 */
public interface Aggregate<C, E, S, R> {

  /** The state before the first event. */
  S initialState();

  /** What the command leads to in that state: events and a reply, or a rejection. */
  Decision<E, R> decide(S state, C command);

  /** The state after the event. */
  S apply(S state, E event);
}
