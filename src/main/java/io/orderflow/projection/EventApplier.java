package io.orderflow.projection;

import akka.serialization.Serialization;
import io.orderflow.journal.JournalReader.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events into one generation of a projection. An event at which the projection fails is left out, and so are all later events of its
 * aggregate. All other events take effect.
 */
final class EventApplier<E> {

  /** An event at which the projection fails even if it is applied alone. */
  record Failure(Row event, Exception cause) {

    private static final int MAX_MANIFEST = 255;

    String manifest() {
      String manifest = ErrorText.of(event.payload().manifest());
      return manifest.substring(0, Math.min(manifest.length(), MAX_MANIFEST));
    }

    String error() {
      return ErrorText.of(cause);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(EventApplier.class);

  private final ProjectionDefinition<E> view;
  private final Serialization serialization;

  EventApplier(ProjectionDefinition<E> view, Serialization serialization) {
    this.view = view;
    this.serialization = serialization;
  }

  /**
   * Applies the events. The caller has locked the slice, and commits.
   *
   * @return each failed aggregate's first failure by persistence id, in the order of the events
   * @throws HandlerFailure if the projection failed for a reason that is not an event's
   */
  Map<String, Failure> apply(Connection connection, SliceId id, List<Row> events) throws SQLException {
    Map<String, Failure> failures = new LinkedHashMap<>();
    apply(connection, id, events, failures);
    return failures;
  }

  /** Bisects the events with savepoints: one failing event among two thousand is found with two dozen attempts. */
  private void apply(Connection connection, SliceId id, List<Row> events, Map<String, Failure> failures) throws SQLException {
    List<Row> free = events.stream().filter(event -> !failures.containsKey(event.persistenceId())).toList();
    if (free.isEmpty()) {
      return;
    }
    Savepoint before = connection.setSavepoint();
    Exception failure = attempt(connection, id, free);
    if (failure == null) {
      connection.releaseSavepoint(before);
      return;
    }
    if (!EventFault.is(failure)) {
      throw new HandlerFailure(free, failure);
    }
    connection.rollback(before);
    connection.releaseSavepoint(before);
    if (free.size() > 1) {
      apply(connection, id, free.subList(0, free.size() / 2), failures);
      apply(connection, id, free.subList(free.size() / 2, free.size()), failures);
    } else if (ParkedTable.isSkipped(connection, id.view(), free.get(0).persistenceId(), free.get(0).sequence())) {
      LOG.warn("{} skips {}#{}, as an operator decided", id, free.get(0).persistenceId(),
          free.get(0).sequence());
    } else {
      failures.put(free.get(0).persistenceId(), new Failure(free.get(0), failure));
    }
  }

  private Exception attempt(Connection connection, SliceId id, List<Row> rows) {
    try {
      List<ProjectionEvent<E>> events = new ArrayList<>();
      for (Row row : rows) {
        String entity = row.persistenceId().substring(row.persistenceId().indexOf('|') + 1);
        for (E event : row.payload().read(serialization, view.events())) {
          events.add(new ProjectionEvent<>(entity, row.sequence(), event));
        }
      }
      view.apply(connection, id.generation(), id.slice(), events);
      return null;
    } catch (Exception failure) {
      // Includes undeclared exceptions of a serialiser that can't read an event.
      return failure;
    }
  }
}
