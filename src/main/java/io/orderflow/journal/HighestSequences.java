package io.orderflow.journal;

import akka.dispatch.Futures;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.Promise;

/**
 * Looks up the highest sequence numbers of many entities with few queries. Requests that arrive during a query share the next one, which
 * begins after they were made. Every entity asks when it recovers, and an order creates four new entities. The queue is bounded by the
 * number of recovering entities.
 */
final class HighestSequences {

  private record Asked(String persistenceId, Promise<Object> answer) {}

  /** One query at a time, for at most 256 entities. */
  private static final Batcher.Limits LIMITS = new Batcher.Limits(1, 256, Integer.MAX_VALUE);

  private static final String SELECT = "SELECT asked.id, (SELECT MAX(sequence_number) FROM event_journal WHERE persistence_id = asked.id)"
      + " FROM unnest(CAST(? AS VARCHAR ARRAY)) AS asked(id)";

  private final Database database;
  private final ExecutionContext context;
  private final Batcher<Asked> batches;

  /**
   * @param threads where queries wait for the database
   * @param context where replies are completed
   */
  HighestSequences(Database database, Executor threads, ExecutionContext context) {
    this.database = database;
    this.context = context;
    this.batches = new Batcher<>(threads, LIMITS, asked -> 1, this::query);
  }

  /** The highest sequence number, 0 for an entity without events. Fails if the database can't be asked. */
  Future<Object> ask(String persistenceId) {
    Asked asked = new Asked(persistenceId, Futures.promise());
    batches.offer(asked);
    return asked.answer().future();
  }

  private void query(List<Asked> batch) {
    try {
      Map<String, Long> found = database.statement(connection -> find(connection, batch));
      // Completes all replies on one of the journal's threads, so that their callbacks need no other thread.
      Futures.future(() -> {
        batch.forEach(asked -> asked.answer().success(found.getOrDefault(asked.persistenceId(), 0L)));
        return null;
      }, context);
    } catch (Throwable failure) {
      batch.forEach(asked -> asked.answer().failure(failure));
    }
  }

  private static Map<String, Long> find(Connection connection, List<Asked> batch) throws SQLException {
    return Sql.selectMap(connection, SELECT, row -> row.getString(1), row -> row.getLong(2),
        connection.createArrayOf("varchar", batch.stream().map(Asked::persistenceId).toArray(String[]::new)));
  }
}
