package io.orderflow.eventsourcing;

import io.orderflow.kernel.Rejection;
import java.util.List;

/**
 * Holds an aggregate's decision on a command. The caller gets the reply once the events are stored.
 *
 * @param events in order; empty if nothing changes
 * @param reply null if the command is rejected
 * @param rejection null if the command is accepted
 */
public record Decision<E, R>(List<E> events, R reply, Rejection rejection) {

  /** Replies without an event. */
  public static <E, R> Decision<E, R> reply(R reply) {
    return new Decision<>(List.of(), reply, null);
  }

  /** Accepts the command with one event. */
  public static <E, R> Decision<E, R> accept(E event, R reply) {
    return new Decision<>(List.of(event), reply, null);
  }

  /** Accepts the command with several events, which are stored all or none. */
  public static <E, R> Decision<E, R> accept(List<? extends E> events, R reply) {
    return new Decision<>(List.copyOf(events), reply, null);
  }

  /** Rejects the command without an event. */
  public static <E, R> Decision<E, R> reject(Rejection rejection) {
    return new Decision<>(List.of(), null, rejection);
  }

  /** Rejects the command and records that in an event. */
  public static <E, R> Decision<E, R> reject(E event, Rejection rejection) {
    return new Decision<>(List.of(event), null, rejection);
  }
}
