package io.orderflow.journal;

import akka.dispatch.Futures;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.Promise;
import scala.runtime.BoxedUnit;

/**
 * Writes events in batches: writes that arrive while the database is busy go with the next batch. A write holds the events of one entity.
 * It is stored as a whole or not at all, and has its own outcome. The outcome is unknown if the database became unreachable. Nothing is
 * retried then: the entity recovers and reads the stored events.
 */
final class EventWriter {

  private record Write(List<EventRow> rows, Promise<BoxedUnit> outcome) {
    int weight() {
      return rows.stream().mapToInt(EventRow::weight).sum();
    }
  }

  private final EventInsert insert;
  private final ExecutionContext context;
  private final Batcher<Write> batches;

  /**
   * @param threads where batches wait for the database
   * @param context where writes are completed
   */
  EventWriter(EventInsert insert, Executor threads, ExecutionContext context, Batcher.Limits limits) {
    this.insert = insert;
    this.context = context;
    this.batches = new Batcher<>(threads, limits, Write::weight, this::together);
  }

  /** Succeeds once all events are durable. After a failure they may or may not be stored. */
  Future<BoxedUnit> write(List<EventRow> rows) {
    if (rows.isEmpty()) {
      return Futures.successful(BoxedUnit.UNIT);
    }
    Write write = new Write(rows, Futures.promise());
    if (!batches.offer(write)) {
      return Futures.failed(new RejectedExecutionException("too many writes wait for the database, or the node is shutting down"));
    }
    return write.outcome().future();
  }

  /** Accepts no more writes, and returns when the accepted ones are done. False if that took longer than the given time. */
  boolean close(long seconds) {
    return batches.close(seconds);
  }

  private void together(List<Write> batch) {
    Throwable failure = attempt(batch);
    if (batch.size() > 1 && wasRefused(failure)) {
      eachOnItsOwn(batch);
    } else {
      settle(batch, failure);
    }
  }

  /** Writes each entity's events separately after the batch was refused, so that the refused write does not fail the others. */
  private void eachOnItsOwn(List<Write> batch) {
    for (int i = 0; i < batch.size(); i++) {
      Throwable failure = attempt(batch.subList(i, i + 1));
      if (failure != null && !wasRefused(failure)) {
        settle(batch.subList(i, batch.size()), failure);
        return;
      }
      settle(batch.subList(i, i + 1), failure);
    }
  }

  private Throwable attempt(List<Write> batch) {
    try {
      insert.write(batch.stream().flatMap(write -> write.rows().stream()).toList());
      return null;
    } catch (Throwable failure) {
      return failure;
    }
  }

  /** Completes all writes on one of the journal's threads, so that their callbacks need no other thread. */
  private void settle(List<Write> batch, Throwable failure) {
    Futures.future(() -> {
      for (Write write : batch) {
        if (failure == null) {
          write.outcome().success(BoxedUnit.UNIT);
        } else {
          write.outcome().failure(failure);
        }
      }
      return null;
    }, context);
  }

  /**
   * Whether the database refused the write because of its content: a sequence number that another incarnation of the entity has used, an
   * invalid value, or a deadlock between two such incarnations. Nothing was written then.
   */
  static boolean wasRefused(Throwable failure) {
    if (!(failure instanceof SQLException refused) || refused.getSQLState() == null) {
      return false;
    }
    String state = refused.getSQLState();
    return state.startsWith("22") || state.startsWith("23") || state.equals("40001") || state.equals("40P01");
  }
}
