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
 * Writes batches into one generation of a projection, in the transaction that stores the position. An aggregate with an event that the
 * projection can't apply is parked in the same transaction.
 *
 * <p>A fence precedes each batch. It compares the stored count of events with the count after this handler's last batch. So an instance on
 * a node that was cut off and the instance that took over can't both write. The count's row stays locked until the end, so that no parked
 * aggregate is retried meanwhile.
 */
final class BatchHandler<E> extends JdbcHandler<Batch, ProjectionSession> {

  private static final Logger LOG = LoggerFactory.getLogger(BatchHandler.class);

  private final EventApplier<E> applier;
  private final SliceId id;
  private final int maxParked;
  private final Clock clock;
  private volatile long applied;
  private volatile List<Parked> parkedNow = List.of();

  /** @param maxParked the most parked aggregates in one generation of the projection */
  BatchHandler(EventApplier<E> applier, SliceId id, int maxParked, Clock clock) {
    this.applier = applier;
    this.id = id;
    this.maxParked = maxParked;
    this.clock = clock;
  }

  /** Reads the count of events. Must run before the position is read: the fence then detects a change in between. */
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

  /** Logs the aggregates that the last batch parked. Called after the commit, so that a batch that was rolled back is not logged. */
  void committed() {
    for (Parked parked : parkedNow) {
      LOG.error("{} parked {} at its event {} ({}) and continues without it: {}", id, parked.persistenceId(), parked.sequence(),
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
