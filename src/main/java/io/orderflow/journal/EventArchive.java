package io.orderflow.journal;

import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads and writes the table {@code event_archive}. Each event is either in the journal or in the archive: it is moved in one transaction,
 * and a single statement over both tables sees it exactly once.
 */
public final class EventArchive {

  /** The events that the journal holds of one entity: their number, the highest ordering and the newest timestamp. */
  public record Extent(long events, long lastOrdering, long lastWrittenAt) {}

  private static final String MOVED = "ordering, persistence_id, sequence_number, write_timestamp, adapter_manifest, event_ser_id,"
      + " event_ser_manifest, event_payload";

  private EventArchive() {}

  /**
   * Blocks archiving until the transaction ends, after waiting for a transaction that archives. A new reader of the journal starts at the
   * first event and must register after this call: otherwise events that it has yet to read could be archived.
   */
  public static void hold(Connection connection) throws SQLException {
    Sql.exists(connection, "SELECT id FROM event_archive_turn FOR UPDATE");
  }

  /** The highest ordering in the archive; 0 if the archive is empty. */
  public static long lastOrdering(Connection connection) throws SQLException {
    return Sql.selectFirst(connection, "SELECT MAX(ordering) FROM event_archive", row -> row.getLong(1)).orElseThrow();
  }

  /** The extents of these entities by persistence id. Entities without events in the journal are left out. */
  public static Map<String, Extent> extents(Connection connection, Collection<String> persistenceIds) throws SQLException {
    return Sql.selectPlannedForNow(connection, "SELECT persistence_id, COUNT(*), MAX(ordering), MAX(write_timestamp)"
            + " FROM event_journal WHERE persistence_id = ANY(?) GROUP BY persistence_id",
            row -> Map.entry(row.getString(1), new Extent(row.getLong(2), row.getLong(3), row.getLong(4))), array(connection, persistenceIds))
        .stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Archives all events of the entities and deletes their snapshots. Returns the number of events. */
  public static int moveAll(Connection connection, Collection<String> persistenceIds, Instant now) throws SQLException {
    if (persistenceIds.isEmpty()) {
      return 0;
    }
    int moved = move(connection, now, "persistence_id = ANY(?)", array(connection, persistenceIds));
    Sql.updatePlannedForNow(connection, "DELETE FROM snapshot WHERE persistence_id = ANY(?)", array(connection, persistenceIds));
    return moved;
  }

  /** Archives the events of an entity up to this sequence number. */
  public static int moveUpTo(Connection connection, String persistenceId, long sequence, Instant now) throws SQLException {
    return move(connection, now, "persistence_id = ? AND sequence_number <= ?", persistenceId, sequence);
  }

  private static int move(Connection connection, Instant now, String which, Object... values) throws SQLException {
    Object[] withTime = new Object[values.length + 1];
    withTime[0] = now.toEpochMilli();
    System.arraycopy(values, 0, withTime, 1, values.length);
    int copied = Sql.updatePlannedForNow(connection, "INSERT INTO event_archive (" + MOVED + ", archived_at) SELECT " + MOVED + ", CAST(? AS BIGINT)"
        + " FROM event_journal WHERE " + which, withTime);
    int deleted = Sql.updatePlannedForNow(connection, "DELETE FROM event_journal WHERE " + which, values);
    if (copied != deleted) {
      // An event was written between the two statements, so the entity has not ended.
      throw new IllegalStateException(copied + " events were copied and " + deleted + " deleted");
    }
    return copied;
  }

  private static java.sql.Array array(Connection connection, Collection<String> texts) throws SQLException {
    return connection.createArrayOf("varchar", texts.toArray());
  }
}
