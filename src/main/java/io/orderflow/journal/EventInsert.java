package io.orderflow.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Inserts events into the journal's table, all or none. PostgreSQL takes them as arrays in a single statement, whose text is the same for
 * any number of events: one round trip, commit included. H2 runs in the process and has no round trips, so it takes one statement for each
 * event.
 */
final class EventInsert {

  private static final String INSERT = "INSERT INTO event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,"
      + " event_ser_id, event_ser_manifest, event_payload) ";
  private static final String EACH = INSERT + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String TOGETHER = INSERT + "SELECT * FROM unnest(CAST(? AS VARCHAR ARRAY), CAST(? AS BIGINT ARRAY),"
      + " CAST(? AS VARCHAR ARRAY), CAST(? AS BIGINT ARRAY), CAST(? AS VARCHAR ARRAY), CAST(? AS INTEGER ARRAY), CAST(? AS VARCHAR ARRAY),"
      + " CAST(? AS BYTEA ARRAY))";

  private final Database database;
  private final boolean postgresql;

  EventInsert(Database database, boolean postgresql) {
    this.database = database;
    this.postgresql = postgresql;
  }

  /** @throws SQLException if the events are not written, or if the outcome is unknown */
  void write(List<EventRow> rows) throws SQLException {
    if (postgresql) {
      database.statement(connection -> together(connection, rows));
    } else {
      database.transaction(connection -> each(connection, rows));
    }
  }

  private static int together(Connection connection, List<EventRow> rows) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(TOGETHER)) {
      column(insert, 1, "varchar", rows, String[]::new, EventRow::persistenceId);
      column(insert, 2, "int8", rows, Long[]::new, EventRow::sequence);
      column(insert, 3, "varchar", rows, String[]::new, EventRow::writer);
      column(insert, 4, "int8", rows, Long[]::new, EventRow::timestamp);
      column(insert, 5, "varchar", rows, String[]::new, EventRow::manifest);
      column(insert, 6, "int4", rows, Integer[]::new, EventRow::serializer);
      column(insert, 7, "varchar", rows, String[]::new, EventRow::type);
      column(insert, 8, "bytea", rows, byte[][]::new, EventRow::payload);
      return insert.executeUpdate();
    }
  }

  private static <T> void column(PreparedStatement insert, int index, String type, List<EventRow> rows,
      IntFunction<T[]> array, Function<EventRow, T> value) throws SQLException {
    insert.setArray(index, insert.getConnection().createArrayOf(type, rows.stream().map(value).toArray(array)));
  }

  private static int[] each(Connection connection, List<EventRow> rows) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(EACH)) {
      for (EventRow row : rows) {
        insert.setString(1, row.persistenceId());
        insert.setLong(2, row.sequence());
        insert.setString(3, row.writer());
        insert.setLong(4, row.timestamp());
        insert.setString(5, row.manifest());
        insert.setInt(6, row.serializer());
        insert.setString(7, row.type());
        insert.setBytes(8, row.payload());
        insert.addBatch();
      }
      return insert.executeBatch();
    }
  }
}
