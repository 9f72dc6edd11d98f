package io.orderflow.projection;

import akka.projection.jdbc.javadsl.JdbcHandler;
import io.orderflow.journal.Database;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.projection.EventApplier.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches into one generation of a view, each in the transaction that stores the position. An aggregate with an event that the
 * view can't take is parked in that transaction too.
 *
 * <p>A fence stands before each: two of them at once, on a node that was cut off and on the one that took over, can't both write, as
 * each must find the count of events as it left it. Its row is locked until the end, so nobody takes a parked aggregate up meanwhile.
 */
final class BatchHandler<E> extends JdbcHandler<Batch, ProjectionSession> {

  private static final Logger LOG = LoggerFactory.getLogger(BatchHandler.class);

  private final EventApplier<E> applier;
  private final SliceId id;
  private final int maxParked;
  private final Clock clock;
  private volatile long applied;
  private volatile List<Parked> parkedNow = List.of();

  /** @param maxParked the most aggregates that a generation of the view may have parked */
  BatchHandler(EventApplier<E> applier, SliceId id, int maxParked, Clock clock) {
    this.applier = applier;
    this.id = id;
    this.maxParked = maxParked;
    this.clock = clock;
  }

  /** Looks up the count; must come before the position is read, so that of a change in between the fence will know. */
  CompletionStage<?> prepare(Database database) {
    return database.async(connection -> applied = ProjectionTable.applied(connection, id));
  }

  @Override
  public void process(ProjectionSession session, Batch batch) throws Exception {
    session.<Void>withConnection(connection -> {
      long after = applied + batch.events().size();
      if (!ProjectionTable.advance(connection, id, applied, after)) {
        throw new IllegalStateException("another instance writes for " + id);
      }
      parkedNow = batch.events().isEmpty() ? List.of() : apply(connection, batch.events());
      applied = after;
      return null;
    });
  }

  /** Tells of what the last batch has parked; after it was committed, so that nothing is told that did not happen. */
  void committed() {
    for (Parked parked : parkedNow) {
      LOG.error("{} has parked {} at its event {} ({}) and goes on without it: {}", id, parked.persistenceId(), parked.sequence(),
          parked.manifest(), parked.error());
    }
  }

  private List<Parked> apply(Connection connection, List<Row> events) throws SQLException {
    Set<String> before = ParkedTable.ids(connection, id);
    Map<String, Failure> failures = applier.apply(connection, id,
        events.stream().filter(event -> !before.contains(event.persistenceId())).toList());
    Map<String, Long> last = new HashMap<>();
    events.forEach(event -> last.merge(event.persistenceId(), event.sequence(), Math::max));
    List<Parked> parked = park(connection, failures, last);
    last.keySet().retainAll(before);
    ParkedTable.hold(connection, id, last);
    return parked;
  }

  private List<Parked> park(Connection connection, Map<String, Failure> failures, Map<String, Long> last) throws SQLException {
    if (failures.isEmpty()) {
      return List.of();
    }
    ProjectionTable.lockParking(connection, id);
    int free = maxParked - ParkedTable.counts(connection, id.view()).getOrDefault(id.generation(), 0);
    List<Parked> parked = new ArrayList<>();
    for (Failure failure : failures.values()) {
      if (parked.size() >= free) {
        throw new HandlerFailure(List.of(failure.event()), new IllegalStateException(
            "no more than " + maxParked + " aggregates may be parked: " + failure.cause(), failure.cause()));
      }
      String persistenceId = failure.event().persistenceId();
      Parked row = new Parked(persistenceId, id.generation(), id.slice(), failure.event().sequence(), last.get(persistenceId),
          failure.manifest(), failure.error(), 1, clock.instant());
      ParkedTable.insert(connection, id.view(), row);
      parked.add(row);
    }
    return parked;
  }
}
