package io.orderflow.aggregate;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What an aggregate makes of a command.
 *
 * @param events what happens, if anything
 * @param answer told once the events are stored, with the state after them
 */
public record Decision<E, S>(List<E> events, Consumer<S> answer) {

  /** Nothing happens; the caller is answered. */
  public static <E, S, R> Decision<E, S> reply(ActorRef<StatusReply<R>> caller, StatusReply<R> reply) {
    return new Decision<>(List.of(), same -> caller.tell(reply));
  }

  /** The event happens; the caller is answered from the state after it. */
  public static <E, S, R> Decision<E, S> persist(E event, ActorRef<StatusReply<R>> caller, Function<S, StatusReply<R>> reply) {
    return new Decision<>(List.of(event), after -> caller.tell(reply.apply(after)));
  }
}
