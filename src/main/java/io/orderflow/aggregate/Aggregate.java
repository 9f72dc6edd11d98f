package io.orderflow.aggregate;

import akka.actor.typed.ActorRef;
import io.orderflow.kernel.CborSerializable;

/**
 * One aggregate as pure functions of its state, which {@link GroupCommit} makes an actor of.
 *
 * @param <C> its commands
 * @param <E> its events
 * @param <S> its state, immutable
 */
public interface Aggregate<C extends Aggregate.Command, E, S> {

  /** What an aggregate is told. */
  interface Command extends CborSerializable {

    /** Who waits for the answer; null when nobody does. */
    ActorRef<?> replyTo();
  }

  /** Before its first event. */
  S emptyState();

  /** What becomes of the command in that state. */
  Decision<E, S> decide(S state, C command);

  /** The state after the event. */
  S apply(S state, E event);
}
