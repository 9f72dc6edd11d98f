package io.orderflow.journal;

import io.orderflow.journal.JournalReader.Gap;
import io.orderflow.journal.JournalReader.Row;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Shares reads of the journal among the readers on one node. Most of the time all readers are at the same position and would select the
 * same rows, each to keep different ones.
 *
 * <p>The result of a read depends only on its start position. A reader at a position from which another has read takes over that read, in
 * flight or done. A reader that falls too far behind reads for itself, until all meet again at the journal's end.
 */
public final class SharedReads {

  /**
   * The result of a read.
   *
   * @param more whether more events may be available at once
   */
  public record Read(List<Row> rows, boolean more) {}

  private record From(JournalPosition position, int limit) {}

  private record Step(List<Row> rows, JournalPosition position, List<Gap> gaps, Instant begun) {}

  /** Reads kept for readers that are slightly behind. */
  private static final int KEPT = 10;

  private final Database database;
  private final Collection<String> entityTypes;
  private final Duration fresh;
  private final Clock clock;
  private final Map<From, CompletionStage<Step>> steps = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<From, CompletionStage<Step>> eldest) {
      return size() > KEPT;
    }
  };

  /**
   * @param entityTypes the entity types of all readers
   * @param fresh the age up to which a read counts as current: a reader that shares it does not read again at once
   * @param clock does not jump: changes to the system clock must not affect how long an ordering has been missing
   */
  public SharedReads(Database database, Collection<String> entityTypes, Duration fresh, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.entityTypes = List.copyOf(entityTypes);
    this.fresh = fresh;
  }

  /** Creates a reader for use with {@link #next}. */
  public JournalReader reader(JournalPosition from) {
    return JournalReader.of(entityTypes, from, clock.instant());
  }

  /** Calls {@link JournalReader#next}, or returns the result of another reader's call. A reader's calls must not overlap. */
  public CompletionStage<Read> next(JournalReader reader, int limit) {
    Instant now = clock.instant();
    From from = new From(reader.position(), limit);
    CompletionStage<Step> known;
    CompletionStage<Step> own = null;
    synchronized (steps) {
      known = steps.get(from);
      if (known == null) {
        own = database.async(connection -> {
          List<Row> rows = reader.next(connection, now, limit);
          return new Step(rows, reader.position(), reader.gaps(), now);
        });
        steps.put(from, own);
      }
    }
    if (own != null) {
      // Empty and failed reads are not shared. They are removed before their reader's next call.
      return own.whenComplete((step, failure) -> {
        if (failure != null || step.position().equals(from.position())) {
          forget(from);
        }
      }).thenApply(step -> new Read(step.rows(), step.rows().size() >= limit));
    }
    return known.thenApply(step -> {
      // Each reader determines for itself whether it has passed the archive, as it may have started later.
      reader.goTo(step.position().upTo(), step.gaps());
      return new Read(step.rows(), step.rows().size() >= limit || step.begun().plus(fresh).isBefore(now));
    });
  }

  private void forget(From from) {
    synchronized (steps) {
      steps.remove(from);
    }
  }
}
