package io.orderflow.saga;

import io.orderflow.journal.EventGroup;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.journal.RowBatch;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The table {@code sagas}: the status of each saga. The {@link io.orderflow.journal.JournalIndex} writes it, every node reads it. */
final class SagaTable {

  /** A row of the table. */
  record Listed(String definition, String sagaId, SagaStatus state, Instant startedAt, Instant updatedAt) {}

  /** An active saga and the sequence number of its last event. */
  record Active(String definition, String sagaId, long sequence) {}

  /** The primary key. */
  record Key(String definition, String sagaId) {

    static Key of(Row row) {
      int separator = row.persistenceId().indexOf('|');
      return new Key(row.persistenceId().substring(PREFIX.length(), separator), row.persistenceId().substring(separator + 1));
    }
  }

  private static final String PREFIX = Sagas.entityType("");

  private SagaTable() {}

  /** Updates the table from journal rows. A row that is older than the table changes nothing. */
  static void record(Connection connection, List<Row> rows) throws SQLException {
    RowBatch changes = RowBatch.of("definition VARCHAR", "saga_id VARCHAR", "state VARCHAR", "sequence BIGINT", "started_at BIGINT",
        "updated_at BIGINT");
    Map<String, Seen> sagas = seen(rows);
    for (Seen saga : sagas.values()) {
      Row last = saga.last();
      changes.add(Key.of(last).definition(), Key.of(last).sagaId(), EventGroup.word(last.manifest(), 0), last.sequence(),
          saga.first().writtenAt(), last.writtenAt());
    }
    changes.execute(connection, "MERGE INTO sagas s USING :rows r ON s.saga_id = r.saga_id AND s.definition = r.definition"
        + " WHEN MATCHED AND s.sequence < r.sequence THEN UPDATE SET state = r.state, sequence = r.sequence, updated_at = r.updated_at"
        + " WHEN NOT MATCHED THEN INSERT (definition, saga_id, state, sequence, started_at, updated_at)"
        + " VALUES (r.definition, r.saga_id, r.state, r.sequence, r.started_at, r.updated_at)");
    SagaPositionTable.record(connection, sagas.values().stream().map(Seen::last).toList());
  }

  /** Sagas of an active status, by id and definition, beginning after the given saga. */
  static List<Active> active(Connection connection, SagaStatus state, String afterId, String afterDefinition, int limit)
      throws SQLException {
    // One status at a time: a page is then a range of sagas_by_id, however many thousands wait for the payment provider.
    return Sql.select(connection, "SELECT definition, saga_id, sequence FROM sagas WHERE state = ?"
        + " AND saga_id >= ? AND (saga_id > ? OR definition > ?) ORDER BY state, saga_id, definition LIMIT ?",
        row -> new Active(row.getString(1), row.getString(2), row.getLong(3)), state.name(), afterId, afterId, afterDefinition, limit);
  }

  /** Sagas of the definition that ended in this status before the given time, oldest first, beginning after the given saga. */
  static List<Listed> ended(Connection connection, String definition, SagaStatus state, Instant before, Instant after, String afterId,
      int limit) throws SQLException {
    return select(connection, "WHERE state = ? AND definition = ? AND updated_at < ? AND started_at < ? AND started_at >= ?"
        + " AND (started_at > ? OR saga_id > ?) ORDER BY started_at, saga_id LIMIT ?", state.name(), definition, before.toEpochMilli(),
        before.toEpochMilli(), after.toEpochMilli(), after.toEpochMilli(), afterId, limit);
  }

  /** Removes sagas. */
  static void delete(Connection connection, String definition, List<String> sagaIds) throws SQLException {
    Sql.updateAll(connection, "DELETE FROM sagas WHERE saga_id = ? AND definition = ?",
        sagaIds.stream().map(id -> List.<Object>of(id, definition)).toList());
  }

  /** Sagas, newest first, beginning after the given saga. */
  static List<Listed> list(Connection connection, Optional<SagaStatus> state, Instant before, String beforeId, int limit)
      throws SQLException {
    String page = " (started_at < ? OR started_at = ? AND saga_id < ?) ORDER BY started_at DESC, saga_id DESC LIMIT ?";
    long millis = before.toEpochMilli();
    return state.isPresent()
        ? select(connection, "WHERE state = ? AND" + page, state.get().name(), millis, millis, beforeId, limit)
        : select(connection, "WHERE" + page, millis, millis, beforeId, limit);
  }

  private static List<Listed> select(Connection connection, String condition, Object... values) throws SQLException {
    return Sql.select(connection, "SELECT definition, saga_id, state, started_at, updated_at FROM sagas " + condition,
        row -> new Listed(row.getString(1), row.getString(2), SagaStatus.valueOf(row.getString(3)), Instant.ofEpochMilli(row.getLong(4)),
            Instant.ofEpochMilli(row.getLong(5))), values);
  }

  /** The first and the last row of a saga in a batch. */
  private record Seen(Row first, Row last) {}

  private static Map<String, Seen> seen(List<Row> rows) {
    Map<String, Seen> seen = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.persistenceId().startsWith(PREFIX) && !EventGroup.word(row.manifest(), 0).equals(EventGroup.NOTHING)) {
        seen.merge(row.persistenceId(), new Seen(row, row), (before, now) ->
            before.last().sequence() < row.sequence() ? new Seen(before.first(), row) : before);
      }
    }
    return seen;
  }
}
