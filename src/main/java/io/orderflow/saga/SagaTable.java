package io.orderflow.saga;

import io.orderflow.store.JournalReader.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The table {@code sagas}: where each saga stands. The {@link io.orderflow.store.JournalIndex} writes it, every node reads it. */
final class SagaTable {

  /** A row of the table. */
  record Listed(String definition, String sagaId, SagaState state, Instant startedAt, Instant updatedAt) {}

  private record Change(String definition, String sagaId, String state, long sequence, long startedAt, long updatedAt) {}

  private static final String PREFIX = Sagas.entityType("");

  private SagaTable() {}

  /** Takes in what the journal says; a row that is older than what is known changes nothing. */
  static void record(Connection connection, List<Row> rows) throws SQLException {
    Collection<Change> changes = lastOfEach(rows);
    if (changes.isEmpty()) {
      return;
    }
    try (PreparedStatement update = connection.prepareStatement(
            "UPDATE sagas SET state = ?, sequence = ?, updated_at = ? WHERE saga_id = ? AND definition = ? AND sequence < ?");
        PreparedStatement insert = connection.prepareStatement(
            "INSERT INTO sagas (definition, saga_id, state, sequence, started_at, updated_at)"
                + " SELECT CAST(? AS VARCHAR(64)), CAST(? AS VARCHAR(64)), CAST(? AS VARCHAR(32)), CAST(? AS BIGINT),"
                + " CAST(? AS BIGINT), CAST(? AS BIGINT)"
                + " WHERE NOT EXISTS (SELECT 1 FROM sagas WHERE saga_id = ? AND definition = ?)")) {
      for (Change change : changes) {
        update.setString(1, change.state());
        update.setLong(2, change.sequence());
        update.setLong(3, change.updatedAt());
        update.setString(4, change.sagaId());
        update.setString(5, change.definition());
        update.setLong(6, change.sequence());
        update.addBatch();
        insert.setString(1, change.definition());
        insert.setString(2, change.sagaId());
        insert.setString(3, change.state());
        insert.setLong(4, change.sequence());
        insert.setLong(5, change.startedAt());
        insert.setLong(6, change.updatedAt());
        insert.setString(7, change.sagaId());
        insert.setString(8, change.definition());
        insert.addBatch();
      }
      update.executeBatch();
      insert.executeBatch();
    }
  }

  /** Sagas that should move and of which nothing was heard since then, in the order of their ids. */
  static List<Listed> silent(Connection connection, Instant since, String afterId, int limit) throws SQLException {
    List<Listed> silent = new ArrayList<>();
    for (SagaState state : SagaState.values()) {
      if (state.moving()) {
        // State by state, so that a page is a range of sagas_by_id however many thousands wait for the payment provider.
        silent.addAll(select(connection, "WHERE state = ? AND saga_id > ? AND updated_at < ? ORDER BY state, saga_id LIMIT ?",
            state.name(), afterId, since.toEpochMilli(), limit));
      }
    }
    return silent.stream().sorted(Comparator.comparing(Listed::sagaId)).limit(limit).toList();
  }

  /** Sagas of that definition at rest in that state since before then, oldest first, beginning after the given one. */
  static List<Listed> atRest(Connection connection, String definition, SagaState state, Instant before, Instant after, String afterId,
      int limit) throws SQLException {
    return select(connection, "WHERE state = ? AND definition = ? AND updated_at < ? AND started_at < ? AND started_at >= ?"
        + " AND (started_at > ? OR saga_id > ?) ORDER BY started_at, saga_id LIMIT ?", state.name(), definition, before.toEpochMilli(),
        before.toEpochMilli(), after.toEpochMilli(), after.toEpochMilli(), afterId, limit);
  }

  /** Takes sagas out. */
  static void delete(Connection connection, String definition, List<String> sagaIds) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM sagas WHERE saga_id = ? AND definition = ?")) {
      for (String id : sagaIds) {
        delete.setString(1, id);
        delete.setString(2, definition);
        delete.addBatch();
      }
      delete.executeBatch();
    }
  }

  /** Sagas newest first, beginning after the given one. */
  static List<Listed> list(Connection connection, Optional<SagaState> state, Instant before, String beforeId, int limit)
      throws SQLException {
    String page = " (started_at < ? OR started_at = ? AND saga_id < ?) ORDER BY started_at DESC, saga_id DESC LIMIT ?";
    long millis = before.toEpochMilli();
    return state.isPresent()
        ? select(connection, "WHERE state = ? AND" + page, state.get().name(), millis, millis, beforeId, limit)
        : select(connection, "WHERE" + page, millis, millis, beforeId, limit);
  }

  private static List<Listed> select(Connection connection, String condition, Object... values) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT definition, saga_id, state, started_at, updated_at FROM sagas " + condition)) {
      for (int i = 0; i < values.length; i++) {
        select.setObject(i + 1, values[i]);
      }
      List<Listed> rows = new ArrayList<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          rows.add(new Listed(found.getString(1), found.getString(2), SagaState.valueOf(found.getString(3)),
              Instant.ofEpochMilli(found.getLong(4)), Instant.ofEpochMilli(found.getLong(5))));
        }
      }
      return rows;
    }
  }

  private static Collection<Change> lastOfEach(List<Row> rows) {
    Map<String, Change> last = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.persistenceId().startsWith(PREFIX)) {
        Change before = last.get(row.persistenceId());
        if (before == null || before.sequence() < row.sequence()) {
          int separator = row.persistenceId().indexOf('|');
          last.put(row.persistenceId(), new Change(row.persistenceId().substring(PREFIX.length(), separator),
              row.persistenceId().substring(separator + 1), row.manifest(), row.sequence(),
              before == null ? row.writtenAt() : before.startedAt(), row.writtenAt()));
        }
      }
    }
    return last.values();
  }
}
