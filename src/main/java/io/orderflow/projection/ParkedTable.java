package io.orderflow.projection;

import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads and writes the tables {@code projection_parked} and {@code projection_skipped}. A transaction that changes a slice's rows, or
 * depends on them, locks the slice's row in {@code projection_slices}.
 */
final class ParkedTable {

  private static final String COLUMNS =
      "persistence_id, generation, slice, sequence_number, held_up_to, manifest, error, attempts, parked_at";
  private static final String KEY = " WHERE name = ? AND generation = ? AND slice = ? AND persistence_id = ?";
  /** Includes the generation: an aggregate may be parked in two generations. */
  private static final String LISTED_BY = "persistence_id || '#' || CAST(generation AS VARCHAR(20))";

  private ParkedTable() {}

  /** The persistence ids of the slice's parked aggregates. */
  static Set<String> ids(Connection connection, SliceId id) throws SQLException {
    return new HashSet<>(Sql.select(connection, "SELECT persistence_id FROM projection_parked WHERE name = ? AND generation = ? AND slice = ?",
        row -> row.getString(1), id.view(), id.generation(), id.slice()));
  }

  /** The number of parked aggregates in each generation of a projection. */
  static Map<Long, Integer> counts(Connection connection, String view) throws SQLException {
    return Sql.selectMap(connection, "SELECT generation, COUNT(*) FROM projection_parked WHERE name = ? GROUP BY generation",
        row -> row.getLong(1), row -> row.getInt(2), view);
  }

  /** Whether the generation being built lacks events of a parked aggregate that the live one shows. */
  static boolean lacksWhatIsShown(Connection connection, String view, long building, long live) throws SQLException {
    return Sql.exists(connection, "SELECT 1 FROM projection_parked b WHERE b.name = ? AND b.generation = ?"
        + " AND NOT EXISTS (SELECT 1 FROM projection_parked l WHERE l.name = b.name AND l.generation = ? AND l.slice = b.slice"
        + " AND l.persistence_id = b.persistence_id AND l.sequence_number <= b.sequence_number) LIMIT 1",
        view, building, live);
  }

  /** The aggregates parked in this generation or a later one, the newest first. */
  static List<Parked> list(Connection connection, String view, long generation, Instant before, String beforeId, int limit)
      throws SQLException {
    long millis = before.toEpochMilli();
    return select(connection, "WHERE name = ? AND generation >= ? AND (parked_at < ? OR parked_at = ? AND " + LISTED_BY + " < ?)"
        + " ORDER BY parked_at DESC, " + LISTED_BY + " DESC LIMIT ?", view, generation, millis, millis, beforeId, limit);
  }

  /** Identifies a row of the list among rows parked at the same time. */
  static String listedBy(Parked parked) {
    return parked.persistenceId() + "#" + parked.generation();
  }

  /** The rows of an aggregate in this generation and later ones, the oldest generation first. */
  static List<Parked> find(Connection connection, String view, long generation, String persistenceId) throws SQLException {
    return select(connection, "WHERE name = ? AND generation >= ? AND persistence_id = ? ORDER BY generation", view, generation,
        persistenceId);
  }

  static Optional<Parked> find(Connection connection, SliceId id, String persistenceId) throws SQLException {
    return select(connection, KEY, id.view(), id.generation(), id.slice(), persistenceId).stream().findFirst();
  }

  static void insert(Connection connection, String view, Parked parked) throws SQLException {
    Sql.update(connection, "INSERT INTO projection_parked (name, " + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", view,
        parked.persistenceId(), parked.generation(), parked.slice(), parked.sequence(), parked.heldUpTo(), parked.manifest(),
        parked.error(), parked.attempts(), parked.since().toEpochMilli());
  }

  /** Stores the event at which the aggregate is parked now. */
  static void update(Connection connection, String view, Parked parked) throws SQLException {
    Sql.update(connection, "UPDATE projection_parked SET sequence_number = ?, manifest = ?, error = ?, attempts = ?" + KEY,
        parked.sequence(), parked.manifest(), parked.error(), parked.attempts(), view, parked.generation(), parked.slice(),
        parked.persistenceId());
  }

  static void delete(Connection connection, String view, Parked parked) throws SQLException {
    Sql.update(connection, "DELETE FROM projection_parked" + KEY, view, parked.generation(), parked.slice(), parked.persistenceId());
  }

  static void deleteBefore(Connection connection, String view, long generation) throws SQLException {
    Sql.update(connection, "DELETE FROM projection_parked WHERE name = ? AND generation < ?", view, generation);
  }

  /** Records the last event read of each of these parked aggregates. */
  static void hold(Connection connection, SliceId id, Map<String, Long> upTo) throws SQLException {
    Sql.updateAll(connection, "UPDATE projection_parked SET held_up_to = ?" + KEY, upTo.entrySet().stream()
        .map(held -> List.<Object>of(held.getValue(), id.view(), id.generation(), id.slice(), held.getKey())).toList());
  }

  /** Records that the event is skipped. */
  static void skip(Connection connection, String view, Parked parked, Skip skip, Instant now) throws SQLException {
    if (!isSkipped(connection, view, parked.persistenceId(), parked.sequence())) {
      Sql.update(connection, "INSERT INTO projection_skipped (name, persistence_id, sequence_number, manifest, error, reason, skipped_by,"
          + " skipped_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", view, parked.persistenceId(), parked.sequence(), parked.manifest(),
          parked.error(), skip.reason(), skip.by(), now.toEpochMilli());
    }
  }

  /** Whether an operator decided that the projection skips the event, in any generation. */
  static boolean isSkipped(Connection connection, String view, String persistenceId, long sequence) throws SQLException {
    return Sql.exists(connection, "SELECT 1 FROM projection_skipped WHERE name = ? AND persistence_id = ? AND sequence_number = ?",
        view, persistenceId, sequence);
  }

  private static List<Parked> select(Connection connection, String condition, Object... values) throws SQLException {
    return Sql.select(connection, "SELECT " + COLUMNS + " FROM projection_parked " + condition,
        row -> new Parked(row.getString(1), row.getLong(2), row.getInt(3), row.getLong(4), row.getLong(5), row.getString(6),
            row.getString(7), row.getInt(8), Instant.ofEpochMilli(row.getLong(9))), values);
  }
}
