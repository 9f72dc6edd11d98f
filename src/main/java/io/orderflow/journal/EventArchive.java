package io.orderflow.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The table {@code event_archive}. An event stands in the journal or here, never in both and never in neither: it is moved in one
 * transaction, and a single statement over both tables sees it exactly once.
 */
public final class EventArchive {

  /** What the journal has of an entity. */
  record Extent(long events, long lastOrdering, long lastWrittenAt) {}

  private static final String MOVED = "ordering, persistence_id, sequence_number, write_timestamp, adapter_manifest, event_ser_id,"
      + " event_ser_manifest, event_payload";

  private EventArchive() {}

  /**
   * Keeps events where they are until the transaction ends, or waits until one that moves some has ended. Whoever makes a new reader of
   * the journal known, which begins with the first event, does it after this call: so no event is moved that it has still to read.
   */
  public static void hold(Connection connection) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement("SELECT id FROM event_archive_turn FOR UPDATE")) {
      lock.executeQuery().close();
    }
  }

  /** The highest ordering of an event that was moved; 0 when there is none. */
  public static long lastOrdering(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT MAX(ordering) FROM event_archive");
        ResultSet found = select.executeQuery()) {
      found.next();
      return found.getLong(1);
    }
  }

  /** What the journal has of each of the entities; one that it has nothing of is not there. */
  static Map<String, Extent> extents(Connection connection, Collection<String> persistenceIds) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT persistence_id, COUNT(*), MAX(ordering), MAX(write_timestamp)"
        + " FROM event_journal WHERE persistence_id = ANY(?) GROUP BY persistence_id")) {
      RowBatch.planForNow(select);
      select.setArray(1, array(connection, persistenceIds));
      Map<String, Extent> extents = new HashMap<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          extents.put(found.getString(1), new Extent(found.getLong(2), found.getLong(3), found.getLong(4)));
        }
      }
      return extents;
    }
  }

  /** Moves all events of the entities, and drops their snapshots; tells how many events. */
  static int moveAll(Connection connection, Collection<String> persistenceIds, Instant now) throws SQLException {
    if (persistenceIds.isEmpty()) {
      return 0;
    }
    int moved = move(connection, now, "persistence_id = ANY(?)", array(connection, persistenceIds));
    update(connection, "DELETE FROM snapshot WHERE persistence_id = ANY(?)", array(connection, persistenceIds));
    return moved;
  }

  /** Moves the events of an entity from its first up to that number. */
  static int moveUpTo(Connection connection, String persistenceId, long sequence, Instant now) throws SQLException {
    return move(connection, now, "persistence_id = ? AND sequence_number <= ?", persistenceId, sequence);
  }

  private static int move(Connection connection, Instant now, String which, Object... values) throws SQLException {
    Object[] withTime = new Object[values.length + 1];
    withTime[0] = now.toEpochMilli();
    System.arraycopy(values, 0, withTime, 1, values.length);
    int copied = update(connection, "INSERT INTO event_archive (" + MOVED + ", archived_at) SELECT " + MOVED + ", CAST(? AS BIGINT)"
        + " FROM event_journal WHERE " + which, withTime);
    int deleted = update(connection, "DELETE FROM event_journal WHERE " + which, values);
    if (copied != deleted) {
      // One was written between the two statements: what was thought to have ended has not.
      throw new IllegalStateException(copied + " events were copied and " + deleted + " deleted");
    }
    return copied;
  }

  private static java.sql.Array array(Connection connection, Collection<String> texts) throws SQLException {
    return connection.createArrayOf("varchar", texts.toArray());
  }

  private static int update(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      RowBatch.planForNow(update);
      for (int i = 0; i < values.length; i++) {
        update.setObject(i + 1, values[i]);
      }
      return update.executeUpdate();
    }
  }
}
