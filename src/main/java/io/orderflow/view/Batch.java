package io.orderflow.view;

import io.orderflow.store.JournalReader.Row;
import java.util.List;

/**
 * What is written in one transaction: some events, possibly none, and how far the journal is read with them.
 *
 * @param position in the form of {@link io.orderflow.store.JournalPosition#toString}
 */
record Batch(List<Row> events, String position) {

  /** Which events, for people. */
  String describe() {
    if (events.isEmpty()) {
      return "no event";
    }
    String first = name(events.get(0));
    return events.size() == 1 ? first : first + " to " + name(events.get(events.size() - 1)) + ", " + events.size() + " events";
  }

  private static String name(Row event) {
    return event.persistenceId() + "#" + event.sequence();
  }
}
