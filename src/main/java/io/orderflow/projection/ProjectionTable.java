package io.orderflow.projection;

import io.orderflow.journal.EventArchive;
import io.orderflow.journal.JournalPosition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The engine's own tables: {@code projections}, a row for each view, and {@code projection_slices}, a row for each slice of a generation. */
final class ProjectionTable {

  /**
   * A view's generations.
   *
   * @param live the one that queries read
   * @param building the one that a rebuild fills
   * @param target how far it must have read the journal at least
   */
  record Generations(long live, OptionalLong building, long target, Instant buildingSince) {}

  private ProjectionTable() {}

  /** The ordering of the journal's last event. */
  static final String LAST_ORDERING = "(SELECT GREATEST((SELECT COALESCE(MAX(ordering), 0) FROM event_journal),"
      + " (SELECT COALESCE(MAX(ordering), 0) FROM event_archive)))";

  /** Makes the view known, with a first generation to be filled. */
  static void create(Connection connection, String view) throws SQLException {
    EventArchive.hold(connection);
    update(connection, "INSERT INTO projections (name, live) SELECT CAST(? AS VARCHAR(64)), 1"
        + " WHERE NOT EXISTS (SELECT 1 FROM projections WHERE name = ?)", view, view);
  }

  static Generations generations(Connection connection, String view, boolean lock) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT live, building, target, building_since FROM projections WHERE name = ?" + (lock ? " FOR UPDATE" : ""))) {
      select.setString(1, view);
      try (ResultSet found = select.executeQuery()) {
        if (!found.next()) {
          throw new IllegalStateException("the view " + view + " is not in the table of projections");
        }
        long building = found.getLong(2);
        OptionalLong ifAny = found.wasNull() ? OptionalLong.empty() : OptionalLong.of(building);
        return new Generations(found.getLong(1), ifAny, found.getLong(3), Instant.ofEpochMilli(found.getLong(4)));
      }
    }
  }

  /** Begins a generation after the live one; the caller has held the archive. */
  static void build(Connection connection, String view, long generation, Instant now) throws SQLException {
    update(connection, "UPDATE projections SET building = ?, building_since = ?,"
        + " target = " + LAST_ORDERING + " WHERE name = ?", generation, now.toEpochMilli(), view);
  }

  /** Lets queries read that generation from now on. */
  static void goLive(Connection connection, String view, long generation) throws SQLException {
    update(connection, "UPDATE projections SET live = ?, building = NULL WHERE name = ?", generation, view);
  }

  /** How far each slice of a generation has come; those that have not begun are not there. */
  static Map<Integer, JournalPosition> positions(Connection connection, String view, long generation, boolean lock)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT projection_key, current_offset"
        + " FROM akka_projection_offset_store WHERE projection_name = ? ORDER BY projection_key" + (lock ? " FOR UPDATE" : ""))) {
      select.setString(1, SliceId.projectionName(view, generation));
      Map<Integer, JournalPosition> positions = new HashMap<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          positions.put(Integer.parseInt(found.getString(1)), JournalPosition.parse(found.getString(2)));
        }
      }
      return positions;
    }
  }

  /** The ordering up to which every generation of every view has read everything, of views that only other versions know as well. */
  static long readUpTo(Connection connection) throws SQLException {
    long upTo = Long.MAX_VALUE;
    try (PreparedStatement select = connection.prepareStatement("SELECT name, live FROM projections"
            + " UNION ALL SELECT name, building FROM projections WHERE building IS NOT NULL");
        ResultSet found = select.executeQuery()) {
      while (found.next()) {
        Map<Integer, JournalPosition> positions = positions(connection, found.getString(1), found.getLong(2), false);
        upTo = positions.size() < SliceId.SLICES ? 0
            : Math.min(upTo, positions.values().stream().mapToLong(JournalPosition::complete).min().orElse(0));
      }
    }
    return upTo;
  }

  /** Makes the slice known if it is not. */
  static void createSlice(Connection connection, SliceId id) throws SQLException {
    update(connection, "INSERT INTO projection_slices (name, generation, slice, applied, attempts, stopped)"
        + " SELECT CAST(? AS VARCHAR(64)), CAST(? AS BIGINT), CAST(? AS INTEGER), 0, 0, FALSE"
        + " WHERE NOT EXISTS (SELECT 1 FROM projection_slices WHERE name = ? AND generation = ? AND slice = ?)",
        id.view(), id.generation(), id.slice(), id.view(), id.generation(), id.slice());
  }

  /** How many events have taken effect in the slice. */
  static long applied(Connection connection, SliceId id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT applied FROM projection_slices WHERE name = ? AND generation = ? AND slice = ?")) {
      set(select, id.view(), id.generation(), id.slice());
      try (ResultSet found = select.executeQuery()) {
        if (!found.next()) {
          throw new IllegalStateException(id + " is not in the table of slices");
        }
        return found.getLong(1);
      }
    }
  }

  /** Counts on; false when the count is not the expected one. */
  static boolean advance(Connection connection, SliceId id, long expected, long applied) throws SQLException {
    return update(connection, "UPDATE projection_slices SET applied = ? WHERE name = ? AND generation = ? AND slice = ? AND applied = ?",
        applied, id.view(), id.generation(), id.slice(), expected) == 1;
  }

  /**
   * Locks the slice until the transaction ends: neither its projection writes then nor anybody who takes up a parked aggregate.
   *
   * @return whether there is such a slice
   */
  static boolean lock(Connection connection, SliceId id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT applied FROM projection_slices WHERE name = ? AND generation = ? AND slice = ? FOR UPDATE")) {
      set(select, id.view(), id.generation(), id.slice());
      try (ResultSet found = select.executeQuery()) {
        return found.next();
      }
    }
  }

  /**
   * Lets one slice of a generation after the other park aggregates, for their number is bounded over all. The caller has locked its own
   * slice, and nobody locks slices the other way round.
   */
  static void lockParking(Connection connection, SliceId id) throws SQLException {
    lock(connection, new SliceId(id.view(), id.generation(), 0));
  }

  /** Puts the failure on record, or that there is none. */
  static void record(Connection connection, SliceId id, Optional<SliceFailure> failure) throws SQLException {
    String error = failure.map(SliceFailure::error).map(ErrorText::of).orElse(null);
    update(connection, "UPDATE projection_slices SET attempts = ?, stopped = ?, event = ?, error = ?, failed_at = ?"
        + " WHERE name = ? AND generation = ? AND slice = ?",
        failure.map(SliceFailure::attempts).orElse(0), failure.map(SliceFailure::stopped).orElse(false),
        failure.map(SliceFailure::event).orElse(null), error, failure.map(of -> of.at().toEpochMilli()).orElse(null),
        id.view(), id.generation(), id.slice());
  }

  /** The failures of a view's generations, by slice. */
  static Map<SliceId, SliceFailure> failures(Connection connection, String view) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT generation, slice, event, error, attempts, stopped, failed_at"
        + " FROM projection_slices WHERE name = ? AND attempts > 0 ORDER BY generation, slice")) {
      select.setString(1, view);
      Map<SliceId, SliceFailure> failures = new java.util.LinkedHashMap<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          failures.put(new SliceId(view, found.getLong(1), found.getInt(2)), new SliceFailure(found.getString(3), found.getString(4),
              found.getInt(5), found.getBoolean(6), Instant.ofEpochMilli(found.getLong(7))));
        }
      }
      return failures;
    }
  }

  /** Lets what has stopped be taken up again; tells how many slices had. */
  static int resume(Connection connection, String view) throws SQLException {
    return update(connection, "UPDATE projection_slices SET stopped = FALSE WHERE name = ? AND stopped = TRUE", view);
  }

  /**
   * Deletes some rows of generations before that one: so many of each table, and those with the key of the last.
   *
   * @return whether there may be more
   */
  static boolean deleteSome(Connection connection, ProjectionDefinition<?> view, long before, int limit) throws SQLException {
    boolean more = false;
    for (ProjectionDefinition.Table table : view.tables()) {
      Long oldest = oldest(connection, table.name());
      if (oldest != null && oldest < before) {
        deleteUpTo(connection, table, oldest, limit);
        more = true;
      }
    }
    update(connection, "DELETE FROM projection_slices WHERE name = ? AND generation < ?", view.name(), before);
    ParkedTable.deleteBefore(connection, view.name(), before);
    update(connection, "DELETE FROM akka_projection_offset_store WHERE projection_name = ?",
        SliceId.projectionName(view.name(), before - 1));
    return more;
  }

  /**
   * Deletes the generation's first rows. By a range of keys: H2 asks a subquery in the condition anew for each row when others write to
   * the table meanwhile, which made minutes of milliseconds.
   */
  private static void deleteUpTo(Connection connection, ProjectionDefinition.Table table, long generation, int limit) throws SQLException {
    String rows = " FROM " + table.name() + " WHERE generation = ?";
    Object last;
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT " + table.key() + rows + " ORDER BY " + table.key() + " LIMIT 1 OFFSET ?")) {
      set(select, generation, limit - 1);
      try (ResultSet found = select.executeQuery()) {
        last = found.next() ? found.getObject(1) : null;
      }
    }
    if (last == null) {
      update(connection, "DELETE" + rows, generation);
    } else {
      update(connection, "DELETE" + rows + " AND " + table.key() + " <= ?", generation, last);
    }
  }

  private static Long oldest(Connection connection, String table) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT MIN(generation) FROM " + table);
        ResultSet found = select.executeQuery()) {
      found.next();
      long oldest = found.getLong(1);
      return found.wasNull() ? null : oldest;
    }
  }

  private static int update(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      set(update, values);
      return update.executeUpdate();
    }
  }

  private static void set(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }
}
