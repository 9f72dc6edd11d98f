package io.orderflow.eventsourcing;

import io.orderflow.kernel.Rejection;
import java.util.List;

/**
 * What an aggregate makes of a command. The caller is told once the events are stored.
 *
 * @param events in their order; none when nothing changes
 * @param reply null when the command is rejected
 * @param rejection null when it is not
 */
public record Decision<E, R>(List<E> events, R reply, Rejection rejection) {

  /** Nothing changes. */
  public static <E, R> Decision<E, R> reply(R reply) {
    return new Decision<>(List.of(), reply, null);
  }

  /** The event happens. */
  public static <E, R> Decision<E, R> accept(E event, R reply) {
    return new Decision<>(List.of(event), reply, null);
  }

  /** The events happen, all or none. */
  public static <E, R> Decision<E, R> accept(List<? extends E> events, R reply) {
    return new Decision<>(List.copyOf(events), reply, null);
  }

  /** Nothing changes, and the caller is told why. */
  public static <E, R> Decision<E, R> reject(Rejection rejection) {
    return new Decision<>(List.of(), null, rejection);
  }

  /** The command is rejected, and that is remembered by an event. */
  public static <E, R> Decision<E, R> reject(E event, Rejection rejection) {
    return new Decision<>(List.of(event), null, rejection);
  }
}
