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
 * The reads of several readers of the journal on one node, each made once for all that want the same. Nearly always all of them have come
 * equally far, and read the same rows again only to pick others from among them.
 *
 * <p>A read depends on nothing but the position where it begins. So whoever comes to a position from which another has read on goes the
 * same way, whether that one is still reading or was here some steps ago; one that falls behind too far reads for itself, until all meet
 * again at the journal's end.
 */
public final class SharedReads {

  /**
   * What was read.
   *
   * @param more whether there may be more at once
   */
  public record Read(List<Row> rows, boolean more) {}

  private record From(JournalPosition position, int limit) {}

  private record Step(List<Row> rows, JournalPosition position, List<Gap> gaps, Instant begun) {}

  /** Reads that are remembered, for those who are a little behind. */
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
   * @param entityTypes whose events any of the readers wants
   * @param fresh as long as a read is so young there is no need to ask for more
   * @param clock does not jump: how long a number has been missing does not depend on what is done to the machine's clock
   */
  public SharedReads(Database database, Collection<String> entityTypes, Duration fresh, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.entityTypes = List.copyOf(entityTypes);
    this.fresh = fresh;
  }

  /** A reader that is to read here. */
  public JournalReader reader(JournalPosition from) {
    return JournalReader.of(entityTypes, from, clock.instant());
  }

  /** {@link JournalReader#next} by this reader, or the same that another has read; one call of a reader after the other. */
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
      // Empty and failed reads are not shared. They are forgotten before their reader comes again.
      return own.whenComplete((step, failure) -> {
        if (failure != null || step.position().equals(from.position())) {
          forget(from);
        }
      }).thenApply(step -> new Read(step.rows(), step.rows().size() >= limit));
    }
    return known.thenApply(step -> {
      // Whether it has come past the archive each reader finds out for itself, as it may have begun later.
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
