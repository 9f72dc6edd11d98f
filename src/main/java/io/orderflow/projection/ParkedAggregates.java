package io.orderflow.projection;

import akka.serialization.Serialization;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.journal.Database;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.journal.StoredEvents;
import io.orderflow.projection.EventApplier.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retries parked aggregates for an operator: applies the events that were held back, in order, from archive and journal.
 *
 * <p>It works in short transactions, each of which locks the slice and updates the aggregate's row. If the node crashes in between, the
 * aggregate stays parked at the next event, and the call can be repeated. The slice's projection applies the aggregate's events again once
 * its row is deleted.
 */
final class ParkedAggregates {

  /**
   * The result of a call.
   *
   * @param applied the number of events applied, over all generations
   * @param parked the rows of the generations in which the aggregate is still parked; empty on success
   */
  record Outcome(String persistenceId, long applied, List<Parked> parked) {}

  /** The result of one transaction. The row is its new state; empty once the aggregate is no longer parked. */
  private record Step(int applied, Optional<Parked> row, boolean more) {}

  static final Problem NOT_PARKED =
      Problem.of(404, "AGGREGATE_NOT_PARKED", "the projection has not parked such an aggregate");
  /** Events in one transaction. The slice waits for it, and H2 limits the wait for a lock to two seconds. */
  private static final int CHUNK = 500;
  private static final Logger LOG = LoggerFactory.getLogger(ParkedAggregates.class);

  private final Database database;
  private final Map<String, EventApplier<?>> appliers;
  private final Clock clock;

  ParkedAggregates(Database database, List<ProjectionDefinition<?>> views, Serialization serialization, Clock clock) {
    this.database = database;
    this.appliers = views.stream().collect(Collectors.toMap(ProjectionDefinition::name, view -> new EventApplier<>(view, serialization)));
    this.clock = clock;
  }

  /** A page of the aggregates parked in the live generation and in one being built, and one row more if there is a next page. */
  CompletionStage<List<Parked>> list(String view, Page page) {
    return database.async(connection ->
        ParkedTable.list(connection, view, live(connection, view), page.before(), page.beforeId(), page.limit() + 1));
  }

  /** Applies the events from the failed one on. Fails with 404 if the aggregate is not parked. */
  CompletionStage<Outcome> retry(String view, String persistenceId) {
    return take(view, persistenceId, OptionalLong.empty(), Optional.empty());
  }

  /**
   * Records that the failed event is skipped, and applies the events after it.
   *
   * @param sequence the event to skip; if empty, the event at which the aggregate is parked when the call begins
   * @return fails with 404 if the aggregate is not parked, with 409 if it is parked at another event
   */
  CompletionStage<Outcome> skip(String view, String persistenceId, OptionalLong sequence, Skip skip) {
    return take(view, persistenceId, sequence, Optional.of(skip));
  }

  private CompletionStage<Outcome> take(String view, String persistenceId, OptionalLong sequence, Optional<Skip> skip) {
    return database.async(connection -> ParkedTable.find(connection, view, live(connection, view), persistenceId)).thenCompose(rows -> {
      if (rows.isEmpty()) {
        throw notParked();
      }
      long meant = sequence.orElse(rows.get(0).sequence());
      // In another generation it may be parked at an event that the operator has not decided on.
      List<Parked> taken = skip.isEmpty() ? rows : rows.stream().filter(row -> row.sequence() == meant).toList();
      if (taken.isEmpty()) {
        throw atAnotherEvent(rows.get(0).sequence());
      }
      CompletionStage<Long> applied = CompletableFuture.completedStage(0L);
      for (Parked row : taken) {
        applied = applied.thenCompose(sum -> steps(view, row, skip, sum));
      }
      return applied;
    }).thenCompose(applied -> database.async(connection ->
        new Outcome(persistenceId, applied, ParkedTable.find(connection, view, live(connection, view), persistenceId))));
  }

  /** Runs transactions until all events are applied or one fails. */
  private CompletionStage<Long> steps(String view, Parked row, Optional<Skip> skip, long applied) {
    return database.async(connection -> step(connection, view, row, skip)).thenCompose(step -> {
      skip.ifPresent(decided -> LOG.warn("{} skips {}#{} ({}), as {} decided: {}", row.id(view), row.persistenceId(),
          row.sequence(), row.manifest(), decided.by(), decided.reason()));
      step.row().filter(still -> !step.more()).ifPresentOrElse(
          still -> LOG.warn("{} keeps {} parked at its event {} ({}): {}", still.id(view), still.persistenceId(), still.sequence(),
              still.manifest(), still.error()),
          () -> LOG.info("{} applied {} events of {}, which was parked", row.id(view), step.applied(), row.persistenceId()));
      long sum = applied + step.applied();
      return step.more() ? steps(view, step.row().orElseThrow(), Optional.empty(), sum) : CompletableFuture.completedStage(sum);
    });
  }

  private Step step(Connection connection, String view, Parked seen, Optional<Skip> skip) throws SQLException {
    SliceId id = seen.id(view);
    Optional<Parked> found = ProjectionTable.lock(connection, id) && id.generation() >= live(connection, view)
        ? ParkedTable.find(connection, id, seen.persistenceId()) : Optional.empty();
    Parked row = found.orElseThrow(ParkedAggregates::notParked);
    if (row.sequence() != seen.sequence()) {
      throw atAnotherEvent(row.sequence());
    }
    if (skip.isPresent()) {
      ParkedTable.skip(connection, view, row, skip.get(), clock.instant());
    }
    long from = skip.isPresent() ? row.sequence() + 1 : row.sequence();
    List<Row> events = events(connection, row, from);
    Optional<Failure> failure = apply(connection, id, events).values().stream().findFirst();
    Optional<Parked> after = failure.map(row::failedAt);
    long next = from + events.size();
    boolean more = failure.isEmpty() && next <= row.heldUpTo();
    if (more) {
      after = Optional.of(row.goneOnTo(next));
    }
    if (after.isPresent()) {
      ParkedTable.update(connection, view, after.get());
    } else {
      ParkedTable.delete(connection, view, row);
    }
    int applied = (int) (failure.map(at -> at.event().sequence()).orElse(next) - from);
    return new Step(applied, after, more);
  }

  /** The next events to apply. Fails with 409 if they are neither in the journal nor in the archive. */
  private static List<Row> events(Connection connection, Parked row, long from) throws SQLException {
    int wanted = (int) Math.min(CHUNK, row.heldUpTo() - from + 1);
    List<Row> events = wanted == 0 ? List.of()
        : StoredEvents.rows(connection, row.persistenceId(), from, from + wanted - 1, wanted);
    if (events.size() < wanted) {
      throw Problem.of(409, "EVENTS_MISSING", "events of the aggregate are neither in the journal nor in the archive").exception();
    }
    return events;
  }

  private Map<String, Failure> apply(Connection connection, SliceId id, List<Row> events) throws SQLException {
    try {
      return appliers.get(id.view()).apply(connection, id, events);
    } catch (HandlerFailure failure) {
      // The cause decides between 503 (try again) and 500 (a defect).
      throw new SQLException(failure);
    }
  }

  private static long live(Connection connection, String view) throws SQLException {
    return ProjectionTable.generations(connection, view, false).live();
  }

  private static RuntimeException notParked() {
    return NOT_PARKED.exception();
  }

  private static RuntimeException atAnotherEvent(long sequence) {
    return Problem.of(409, "PARKED_AT_ANOTHER_EVENT", "the aggregate is parked at its event " + sequence + " by now").exception();
  }
}
