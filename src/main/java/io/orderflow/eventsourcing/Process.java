package io.orderflow.eventsourcing;

import java.util.List;

/**
 * A part of a home that calls others and waits for them, as a saga does: its events follow from messages and from the outcomes of its
 * calls. It uses its {@link ProcessContext} from within turns only.
 *
 * @param <M> its messages
 * @param <E> its events
 * @param <S> its state, immutable
 */
public interface Process<M extends Message, E, S> {

  /** The state after the event. */
  S apply(S state, E event);

  /** Handles a message, in a turn. */
  void receive(M message);

  /**
   * The home has recovered from the journal, after a start or a failed write. Fields of this object survive a failed write: calls that
   * were under way may still be answered. Not in a turn.
   */
  default void recovered() {}

  /** A write of the home begins. */
  default void writing() {}

  /** The write has succeeded. */
  default void written() {}

  /** Whether calls are under way, so that the home must stay in memory. */
  default boolean isBusy() {
    return false;
  }

  /** The home leaves memory or moves to another node: those who wait for a reply are told so, or they would wait for their time-out. Not in a turn. */
  default void leaving() {}

  /**
   * The text for the journal's manifest column: one word, which an index table ({@link io.orderflow.journal.JournalIndex.Table}) reads.
   *
   * @param events this process's events of the row; may be empty
   */
  String manifest(S state, List<E> events);

  /**
   * A further word of the manifest column, without the mark of {@link io.orderflow.journal.EventGroup#note}; empty for none. It comes after the
   * words of all processes, where nodes of earlier versions don't look.
   */
  default String note(S state) {
    return "";
  }
}
