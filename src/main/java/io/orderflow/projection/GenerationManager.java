package io.orderflow.projection;

import io.orderflow.journal.JournalPosition;
import io.orderflow.projection.ProjectionTable.Generations;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Synchronises a slice's actor with the database: which generations exist, which failures are stored, which stopped runs may resume. Calls
 * must not overlap. The manager of the first slice also switches to a completed generation, and deletes the previous one.
 */
final class GenerationManager {

  /**
   * The result of a synchronisation.
   *
   * @param generations the generations to be filled
   * @param stopped those that wait for an operator
   * @param more whether more work is due at once
   */
  record Found(List<Long> generations, Set<Long> stopped, boolean more) {}

  /** A generation's failure to be stored; empty once it has recovered. */
  record Entry(long generation, Optional<SliceFailure> failure) {}

  /** Rows of one table that are deleted in one transaction. */
  private static final int DELETE_BATCH = 2_000;
  /** The delay before a replaced generation is deleted: until then some slices may still write to it. */
  private static final Duration CLEAR_AFTER = Duration.ofSeconds(3);

  private final ProjectionDefinition<?> view;
  private final int slice;
  private final Clock clock;
  private long cleared;
  private Instant clearFrom = Instant.MIN;
  private long live;

  GenerationManager(ProjectionDefinition<?> view, int slice, Clock clock) {
    this.view = view;
    this.slice = slice;
    this.clock = clock;
  }

  Found sync(Connection connection, List<Entry> entries) throws SQLException {
    // Locks rows in the same order as the projections: positions first.
    boolean more = slice == 0 && keepHouse(connection);
    for (Entry entry : entries) {
      ProjectionTable.record(connection, new SliceId(view.name(), entry.generation(), slice), entry.failure());
    }
    Generations now = ProjectionTable.generations(connection, view.name(), false);
    List<Long> generations = new ArrayList<>(List.of(now.live()));
    now.building().ifPresent(generations::add);
    for (long generation : generations) {
      ProjectionTable.createSlice(connection, new SliceId(view.name(), generation, slice));
    }
    Set<Long> stopped = new HashSet<>();
    ProjectionTable.failures(connection, view.name()).forEach((id, failure) -> {
      if (id.slice() == slice && failure.stopped()) {
        stopped.add(id.generation());
      }
    });
    return new Found(generations, stopped, more);
  }

  private boolean keepHouse(Connection connection) throws SQLException {
    Generations known = ProjectionTable.generations(connection, view.name(), false);
    // Checked before anything is locked, because parked aggregates may wait for an operator for days.
    if (known.building().isPresent()
        && reached(ProjectionTable.positions(connection, view.name(), known.building().getAsLong(), false), known.target())
        && !ParkedTable.lacksWhatIsShown(connection, view.name(), known.building().getAsLong(), known.live())) {
      // Near the end of the journal either generation may be ahead for a moment: try again soon.
      return !goLive(connection);
    }
    if (known.live() != live) {
      clearFrom = live == 0 ? Instant.MIN : clock.instant().plus(CLEAR_AFTER);
      live = known.live();
    }
    if (cleared == live || clock.instant().isBefore(clearFrom)) {
      return false;
    }
    boolean more = ProjectionTable.deleteSome(connection, view, live, DELETE_BATCH);
    cleared = more ? cleared : live;
    return more;
  }

  private static boolean reached(Map<Integer, JournalPosition> positions, long target) {
    return target == 0 || positions.size() == SliceId.SLICES
        && positions.values().stream().allMatch(position -> position.upTo() >= target);
  }

  /**
   * Makes the generation being built live if it has all events that the live one shows. The live generation is locked meanwhile. So a
   * client that has seen the effect of an event never sees an earlier state.
   */
  private boolean goLive(Connection connection) throws SQLException {
    Generations locked = ProjectionTable.generations(connection, view.name(), true);
    long building = locked.building().orElseThrow();
    Map<Integer, JournalPosition> shown = ProjectionTable.positions(connection, view.name(), locked.live(), true);
    for (int each = 0; each < SliceId.SLICES; each++) {
      // Otherwise a retry of a parked aggregate could make the live generation show more than was compared.
      ProjectionTable.lock(connection, new SliceId(view.name(), locked.live(), each));
    }
    Map<Integer, JournalPosition> built = ProjectionTable.positions(connection, view.name(), building, false);
    for (Map.Entry<Integer, JournalPosition> slice : shown.entrySet()) {
      if (!built.getOrDefault(slice.getKey(), JournalPosition.START).covers(slice.getValue())) {
        return false;
      }
    }
    if (ParkedTable.lacksWhatIsShown(connection, view.name(), building, locked.live())) {
      return false;
    }
    ProjectionTable.goLive(connection, view.name(), building);
    return true;
  }
}
