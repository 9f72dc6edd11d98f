package io.orderflow.projection;

import io.orderflow.journal.JournalReader.Row;
import java.util.List;

/** A projection's failure at some events. */
final class HandlerFailure extends RuntimeException {

  private final String events;

  HandlerFailure(List<Row> events, Throwable cause) {
    super(describe(events) + ": " + cause, cause);
    this.events = describe(events);
  }

  /** The events, as text. */
  String events() {
    return events;
  }

  private static String describe(List<Row> events) {
    String first = name(events.get(0));
    return events.size() == 1 ? first : first + " to " + name(events.get(events.size() - 1)) + ", " + events.size() + " events";
  }

  private static String name(Row event) {
    return event.persistenceId() + "#" + event.sequence();
  }
}
