package io.orderflow.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.journal.EventGroup;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.saga.SagaPosition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that has changed: an aggregate, and for an order also where it is now.
 *
 * @param type order, transfer, product, account, user or cart
 * @param state the status of the saga of an order or a transfer; null for others
 * @param step the call that it is at; null if it has ended and waits for nobody
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Change(String type, String id, String state, String step, Integer failures) {

  private static final String SAGA = "saga-";

  /** The latest change of each aggregate among these rows of the journal, in the order of their first. */
  static List<Change> latest(List<Row> rows) {
    Map<String, Change> latest = new LinkedHashMap<>();
    for (Row row : rows) {
      int separator = row.persistenceId().indexOf('|');
      if (separator > 0) {
        latest.put(row.persistenceId(), of(row, row.persistenceId().substring(0, separator), row.persistenceId().substring(separator + 1)));
      }
    }
    return List.copyOf(latest.values());
  }

  private static Change of(Row row, String entityType, String id) {
    if (!entityType.startsWith(SAGA)) {
      return new Change(entityType, id, null, null, null);
    }
    String state = EventGroup.word(row.manifest(), 0);
    SagaPosition.Note note = SagaPosition.Note.parse(EventGroup.note(row.manifest()));
    return new Change(entityType.substring(SAGA.length()), id, state.equals(EventGroup.NOTHING) ? null : state,
        note.step().isEmpty() ? null : note.step(), note.step().isEmpty() ? null : note.failures());
  }
}
