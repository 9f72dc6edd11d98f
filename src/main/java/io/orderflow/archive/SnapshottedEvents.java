package io.orderflow.archive;

import io.orderflow.archive.JournalArchive.Moved;
import io.orderflow.journal.EventArchive;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Archives the events of long-lived entities before the older of their kept snapshots. The event of that snapshot and all later events
 * stay: recovery needs none before it, whichever snapshot it starts from, and the journal still knows the highest sequence number.
 */
final class SnapshottedEvents implements JournalArchive.Kind {

  /** An entity, its number of snapshots, the sequence number of the oldest, and the entity's first event in the journal. */
  private record Entity(String persistenceId, long snapshots, long snapshot, long first, long firstOrdering, long firstWrittenAt) {}

  private record Event(long sequence, boolean movable) {}

  /** Entities examined in one transaction. */
  private static final int BATCH = 500;

  private final List<String> prefixes;
  private final Clock clock;
  private String lastId = "";

  SnapshottedEvents(List<String> entityTypes, Clock clock) {
    this.prefixes = entityTypes.stream().map(type -> type + "|").toList();
    this.clock = clock;
  }

  @Override
  public Moved moveSome(Connection connection, long upTo, Instant before) throws SQLException {
    List<Entity> found = entities(connection);
    int moved = 0;
    for (Entity entity : found) {
      if (moved >= JournalArchive.MAX_EVENTS) {
        return new Moved(moved, true);
      }
      if (movable(entity, upTo, before)) {
        Optional<Long> to = lastMovable(connection, entity, upTo, before, JournalArchive.MAX_EVENTS - moved);
        moved += to.isEmpty() ? 0 : EventArchive.moveUpTo(connection, entity.persistenceId(), to.get(), clock.instant());
        if (moved >= JournalArchive.MAX_EVENTS) {
          // This entity may have more.
          return new Moved(moved, true);
        }
      }
      lastId = entity.persistenceId();
    }
    boolean more = found.size() == BATCH;
    lastId = more ? lastId : "";
    return new Moved(moved, more);
  }

  private boolean movable(Entity entity, long upTo, Instant before) {
    return entity.snapshots() > 1 && entity.first() > 0 && entity.first() < entity.snapshot() && entity.firstOrdering() <= upTo
        && entity.firstWrittenAt() < before.toEpochMilli() && prefixes.stream().anyMatch(entity.persistenceId()::startsWith);
  }

  private List<Entity> entities(Connection connection) throws SQLException {
    return Sql.select(connection, "SELECT s.persistence_id, s.kept, s.oldest, j.sequence_number,"
        + " j.ordering, j.write_timestamp FROM (SELECT persistence_id, COUNT(*) AS kept, MIN(sequence_number) AS oldest FROM snapshot"
        + " WHERE persistence_id > ? GROUP BY persistence_id ORDER BY persistence_id LIMIT ?) s LEFT JOIN event_journal j"
        + " ON j.persistence_id = s.persistence_id AND j.sequence_number = (SELECT MIN(f.sequence_number) FROM event_journal f"
        + " WHERE f.persistence_id = s.persistence_id) ORDER BY s.persistence_id",
        row -> new Entity(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6)),
        lastId, BATCH);
  }

  /** The sequence number up to which all events may be archived; empty if none may. */
  private static Optional<Long> lastMovable(Connection connection, Entity entity, long upTo, Instant before, int limit)
      throws SQLException {
    return Sql.select(connection, "SELECT sequence_number, ordering, write_timestamp FROM event_journal"
            + " WHERE persistence_id = ? AND sequence_number < ? ORDER BY sequence_number LIMIT ?",
            row -> new Event(row.getLong(1), row.getLong(2) <= upTo && row.getLong(3) < before.toEpochMilli()),
            entity.persistenceId(), entity.snapshot(), limit)
        .stream().takeWhile(Event::movable).reduce((earlier, later) -> later).map(Event::sequence);
  }
}
