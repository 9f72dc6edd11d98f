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
 * Writes events in batches: what comes while the database writes goes together with the next one. Each write, the events of one entity, is
 * there as a whole or not at all, and has its own outcome, unless nobody knows it because the database went away. Nothing is tried again
 * then: the entity recovers, and sees what is there.
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
   * @param context where the outcomes are made known
   */
  EventWriter(EventInsert insert, Executor threads, ExecutionContext context, Batcher.Limits limits) {
    this.insert = insert;
    this.context = context;
    this.batches = new Batcher<>(threads, limits, Write::weight, this::together);
  }

  /** Succeeds when all of them are there for good; a failure says nothing but that one can't rely on it. */
  Future<BoxedUnit> write(List<EventRow> rows) {
    if (rows.isEmpty()) {
      return Futures.successful(BoxedUnit.UNIT);
    }
    Write write = new Write(rows, Futures.promise());
    if (!batches.offer(write)) {
      return Futures.failed(new RejectedExecutionException("too many events wait for the database, or it is being closed"));
    }
    return write.outcome().future();
  }

  /** Takes nothing any more, and returns when what was taken is written; false when it was not within that time. */
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

  /** Nothing of the batch was written because of one of them, or of some: they must not fail the others. */
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

  /** All at once on a thread of the journal: what follows from each needs no other thread then. */
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
   * Whether the database has said that it wrote nothing because of what it was given: a number that is there already, written by another
   * incarnation of the entity; a value that it does not take; a deadlock, two such incarnations side by side.
   */
  static boolean wasRefused(Throwable failure) {
    if (!(failure instanceof SQLException refused) || refused.getSQLState() == null) {
      return false;
    }
    String state = refused.getSQLState();
    return state.startsWith("22") || state.startsWith("23") || state.equals("40001") || state.equals("40P01");
  }
}
