package io.orderflow.projection;

import io.orderflow.journal.EventArchive;
import io.orderflow.journal.JournalPosition;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads and writes the engine's tables: {@code projections}, a row for each projection, and {@code projection_slices}, a row for each slice
 * of a generation.
 */
final class ProjectionTable {

  /**
   * A projection's generations.
   *
   * @param live the generation that queries read
   * @param building the generation that a rebuild fills
   * @param target the least ordering that the rebuild must have read
   */
  record Generations(long live, OptionalLong building, long target, Instant buildingSince) {}

  private ProjectionTable() {}

  /** The ordering of the journal's last event. */
  static final String LAST_ORDERING = "(SELECT GREATEST((SELECT COALESCE(MAX(ordering), 0) FROM event_journal),"
      + " (SELECT COALESCE(MAX(ordering), 0) FROM event_archive)))";

  /** Registers the projection with a first generation to be filled, unless it is registered. */
  static void create(Connection connection, String view) throws SQLException {
    EventArchive.hold(connection);
    Sql.update(connection, "INSERT INTO projections (name, live) SELECT CAST(? AS VARCHAR(64)), 1"
        + " WHERE NOT EXISTS (SELECT 1 FROM projections WHERE name = ?)", view, view);
  }

  static Generations generations(Connection connection, String view, boolean lock) throws SQLException {
    return Sql.selectFirst(connection, "SELECT live, building, target, building_since FROM projections WHERE name = ?"
            + (lock ? " FOR UPDATE" : ""), ProjectionTable::generations, view)
        .orElseThrow(() -> new IllegalStateException("the projection " + view + " is not in the table projections"));
  }

  private static Generations generations(ResultSet row) throws SQLException {
    long building = row.getLong(2);
    OptionalLong ifAny = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(building);
    return new Generations(row.getLong(1), ifAny, row.getLong(3), Instant.ofEpochMilli(row.getLong(4)));
  }

  /** Begins a generation after the live one. The caller has called {@link EventArchive#hold}. */
  static void build(Connection connection, String view, long generation, Instant now) throws SQLException {
    Sql.update(connection, "UPDATE projections SET building = ?, building_since = ?,"
        + " target = " + LAST_ORDERING + " WHERE name = ?", generation, now.toEpochMilli(), view);
  }

  /** Makes queries read this generation from now on. */
  static void goLive(Connection connection, String view, long generation) throws SQLException {
    Sql.update(connection, "UPDATE projections SET live = ?, building = NULL WHERE name = ?", generation, view);
  }

  /** The position of each slice of a generation. Slices that have not begun are left out. */
  static Map<Integer, JournalPosition> positions(Connection connection, String view, long generation, boolean lock)
      throws SQLException {
    return Sql.selectMap(connection, "SELECT projection_key, current_offset"
        + " FROM akka_projection_offset_store WHERE projection_name = ? ORDER BY projection_key" + (lock ? " FOR UPDATE" : ""),
        row -> Integer.parseInt(row.getString(1)), row -> JournalPosition.parse(row.getString(2)), SliceId.projectionName(view, generation));
  }

  /**
   * The ordering up to which every generation of every projection has read everything. Includes projections that only other versions of
   * Orderflow know.
   */
  static long readUpTo(Connection connection) throws SQLException {
    return Sql.select(connection, "SELECT name, live FROM projections"
            + " UNION ALL SELECT name, building FROM projections WHERE building IS NOT NULL",
            row -> positions(connection, row.getString(1), row.getLong(2), false))
        .stream().mapToLong(positions -> positions.size() < SliceId.SLICES ? 0
            : positions.values().stream().mapToLong(JournalPosition::complete).min().orElse(0))
        .min().orElse(Long.MAX_VALUE);
  }

  /** Registers the slice, unless it is registered. */
  static void createSlice(Connection connection, SliceId id) throws SQLException {
    Sql.update(connection, "INSERT INTO projection_slices (name, generation, slice, applied, attempts, stopped)"
        + " SELECT CAST(? AS VARCHAR(64)), CAST(? AS BIGINT), CAST(? AS INTEGER), 0, 0, FALSE"
        + " WHERE NOT EXISTS (SELECT 1 FROM projection_slices WHERE name = ? AND generation = ? AND slice = ?)",
        id.view(), id.generation(), id.slice(), id.view(), id.generation(), id.slice());
  }

  /** The number of events applied in the slice. */
  static long applied(Connection connection, SliceId id) throws SQLException {
    return Sql.selectFirst(connection, "SELECT applied FROM projection_slices WHERE name = ? AND generation = ? AND slice = ?",
            row -> row.getLong(1), id.view(), id.generation(), id.slice())
        .orElseThrow(() -> new IllegalStateException(id + " is not in the table projection_slices"));
  }

  /** Updates the count of events. False if the stored count is not the expected one. */
  static boolean advance(Connection connection, SliceId id, long expected, long applied) throws SQLException {
    return Sql.update(connection, "UPDATE projection_slices SET applied = ? WHERE name = ? AND generation = ? AND slice = ? AND applied = ?",
        applied, id.view(), id.generation(), id.slice(), expected) == 1;
  }

  /**
   * Locks the slice until the transaction ends, against its projection and retries of its parked aggregates.
   *
   * @return whether the slice exists
   */
  static boolean lock(Connection connection, SliceId id) throws SQLException {
    return Sql.exists(connection, "SELECT applied FROM projection_slices WHERE name = ? AND generation = ? AND slice = ? FOR UPDATE",
        id.view(), id.generation(), id.slice());
  }

  /**
   * Serialises parking in a generation, because the number of parked aggregates is bounded over all slices. The caller has locked its own
   * slice. No transaction locks slices in the opposite order.
   */
  static void lockParking(Connection connection, SliceId id) throws SQLException {
    lock(connection, new SliceId(id.view(), id.generation(), 0));
  }

  /** Stores the failure, or that there is none. */
  static void record(Connection connection, SliceId id, Optional<SliceFailure> failure) throws SQLException {
    String error = failure.map(SliceFailure::error).map(ErrorText::of).orElse(null);
    Sql.update(connection, "UPDATE projection_slices SET attempts = ?, stopped = ?, event = ?, error = ?, failed_at = ?"
        + " WHERE name = ? AND generation = ? AND slice = ?",
        failure.map(SliceFailure::attempts).orElse(0), failure.map(SliceFailure::stopped).orElse(false),
        failure.map(SliceFailure::event).orElse(null), error, failure.map(of -> of.at().toEpochMilli()).orElse(null),
        id.view(), id.generation(), id.slice());
  }

  /** The failures of a projection's generations, by slice. */
  static Map<SliceId, SliceFailure> failures(Connection connection, String view) throws SQLException {
    return Sql.selectMap(connection, "SELECT generation, slice, event, error, attempts, stopped, failed_at"
        + " FROM projection_slices WHERE name = ? AND attempts > 0 ORDER BY generation, slice",
        row -> new SliceId(view, row.getLong(1), row.getInt(2)),
        row -> new SliceFailure(row.getString(3), row.getString(4), row.getInt(5), row.getBoolean(6), Instant.ofEpochMilli(row.getLong(7))),
        view);
  }

  /** Lets stopped slices resume. Returns how many there were. */
  static int resume(Connection connection, String view) throws SQLException {
    return Sql.update(connection, "UPDATE projection_slices SET stopped = FALSE WHERE name = ? AND stopped = TRUE", view);
  }

  /**
   * Deletes some rows of generations before this one: about {@code limit} of each table, at most twice as many and those that nothing tells apart from
   * the last. What else belongs to these generations is deleted with the first of them.
   *
   * @return whether more rows may be left
   */
  static boolean deleteSome(Connection connection, ProjectionDefinition<?> view, long before, int limit) throws SQLException {
    boolean more = false;
    for (ProjectionDefinition.Table table : view.tables()) {
      Optional<Long> oldest = Sql.selectFirst(connection, "SELECT MIN(generation) FROM " + table.name(), row -> row.getObject(1, Long.class));
      if (oldest.isPresent() && oldest.get() < before) {
        deleteUpTo(connection, table, oldest.get(), limit);
        more = true;
      }
    }
    Sql.update(connection, "DELETE FROM projection_slices WHERE name = ? AND generation < ?", view.name(), before);
    ParkedTable.deleteBefore(connection, view.name(), before);
    Sql.update(connection, "DELETE FROM akka_projection_offset_store WHERE projection_name = ?",
        SliceId.projectionName(view.name(), before - 1));
    return more;
  }

  /**
   * Deletes the first rows of a generation by a range of keys. A subquery in the condition would be slow: while others write to the table,
   * H2 evaluates it again for each row, which took minutes instead of milliseconds.
   */
  private static void deleteUpTo(Connection connection, ProjectionDefinition.Table table, long generation, int limit) throws SQLException {
    String rows = " FROM " + table.name() + " WHERE generation = ?";
    Optional<Object> last = Sql.selectFirst(connection, "SELECT " + table.key() + rows + " ORDER BY " + table.key() + " LIMIT 1 OFFSET ?",
        row -> row.getObject(1), generation, limit - 1);
    if (last.isEmpty()) {
      Sql.update(connection, "DELETE" + rows, generation);
    } else if (table.within().isEmpty()) {
      Sql.update(connection, "DELETE" + rows + " AND " + table.key() + " <= ?", generation, last.get());
    } else {
      Sql.update(connection, "DELETE" + rows + " AND " + table.key() + " < ?", generation, last.get());
      deleteOf(connection, table, generation, last.get(), limit);
    }
  }

  /** Deletes the first rows of one key. A product that every order has would otherwise go in one transaction with millions of rows. */
  private static void deleteOf(Connection connection, ProjectionDefinition.Table table, long generation, Object key, int limit) throws SQLException {
    String rows = " FROM " + table.name() + " WHERE generation = ? AND " + table.key() + " = ?";
    String within = table.within().orElseThrow();
    Optional<Object> last = Sql.selectFirst(connection, "SELECT " + within + rows + " ORDER BY generation, " + table.key() + ", " + within
        + " DESC LIMIT 1 OFFSET ?", row -> row.getObject(1), generation, key, limit - 1);
    if (last.isEmpty()) {
      Sql.update(connection, "DELETE" + rows, generation, key);
    } else {
      Sql.update(connection, "DELETE" + rows + " AND " + within + " >= ?", generation, key, last.get());
    }
  }
}
