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
 * What the actor of a slice agrees on with the database, from time to time and one time after the other: which generations there are,
 * what has failed, what may be taken up again. That of the first slice keeps the view's house: it lets a generation that is complete go
 * live, and clears away the one before.
 */
final class GenerationManager {

  /**
   * What was found.
   *
   * @param generations those to be filled
   * @param stopped those among them that wait for an operator
   * @param more whether there is more to be done at once
   */
  record Found(List<Long> generations, Set<Long> stopped, boolean more) {}

  /** A failure to be put on record, or that there is none any more. */
  record Entry(long generation, Optional<SliceFailure> failure) {}

  /** Rows of a table that are deleted in one transaction. */
  private static final int DELETE_BATCH = 2_000;
  /** After a switch, until everyone has noticed that nothing more is to be written there. */
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
    // Rows are locked in the order in which the projections lock them: positions first.
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
    // Parked aggregates may wait for an operator for days: they are looked for before anything is locked.
    if (known.building().isPresent()
        && reached(ProjectionTable.positions(connection, view.name(), known.building().getAsLong(), false), known.target())
        && !ParkedTable.lacksWhatIsShown(connection, view.name(), known.building().getAsLong(), known.live())) {
      // Near the journal's end the two are now before, now behind each other: soon is a better moment.
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
   * Lets the generation that is being built go live if it lacks nothing of what the live one shows, which is held for that moment: so
   * nobody who has seen an event's effect sees the time before it.
   */
  private boolean goLive(Connection connection) throws SQLException {
    Generations locked = ProjectionTable.generations(connection, view.name(), true);
    long building = locked.building().orElseThrow();
    Map<Integer, JournalPosition> shown = ProjectionTable.positions(connection, view.name(), locked.live(), true);
    for (int each = 0; each < SliceId.SLICES; each++) {
      // A retry in the live generation would make it show more than was compared.
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
