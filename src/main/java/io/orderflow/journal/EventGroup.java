package io.orderflow.journal;

import java.util.List;

/**
 * The events of one write of an entity that consists of several parts: one row of the journal. All of them are stored, or none.
 *
 * @param events in order, never empty
 * @param manifest the text for the journal's manifest column; not part of the event, and empty when it was read from the journal
 */
public record EventGroup(List<Object> events, String manifest) {

  /** A group that was read. */
  EventGroup(List<Object> events) {
    this(events, "");
  }

  /** The events of a row that are of this class; a row without a group is an event itself. */
  public static <E> List<E> of(Object stored, Class<E> type) {
    return stored instanceof EventGroup group
        ? group.events().stream().filter(type::isInstance).map(type::cast).toList() : List.of(type.cast(stored));
  }
}
