package io.orderflow.view;

import akka.actor.typed.ActorSystem;
import akka.projection.jdbc.javadsl.JdbcHandler;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import io.orderflow.store.Database;
import io.orderflow.store.JournalReader.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Writes batches into one generation of a view, each in the transaction that stores the position.
 *
 * <p>A fence stands before each: two of them at once, on a node that was cut off and on the one that took over, can't both write, as
 * each must find the count of events as it left it.
 */
final class BatchHandler<E> extends JdbcHandler<Batch, ViewSession> {

  private final View<E> view;
  private final SliceId id;
  private final Serialization serialization;
  private volatile long applied;

  BatchHandler(View<E> view, SliceId id, ActorSystem<?> system) {
    this.view = view;
    this.id = id;
    this.serialization = SerializationExtension.get(system);
  }

  /** Looks up the count; must come before the position is read, so that of a change in between the fence will know. */
  CompletionStage<?> prepare(Database database) {
    return database.async(connection -> applied = ProjectionTable.applied(connection, id));
  }

  @Override
  public void process(ViewSession session, Batch batch) throws Exception {
    session.<Void>withConnection(connection -> {
      long after = applied + batch.events().size();
      if (!ProjectionTable.advance(connection, id, applied, after)) {
        throw new IllegalStateException("another instance writes for " + id);
      }
      if (!batch.events().isEmpty()) {
        apply(connection, batch);
      }
      applied = after;
      return null;
    });
  }

  private void apply(Connection connection, Batch batch) {
    try {
      List<ViewEvent<E>> events = batch.events().stream().map(this::event).toList();
      view.apply(connection, id.generation(), id.slice(), events);
    } catch (SQLException | RuntimeException failure) {
      throw new HandlerFailure(batch, failure);
    }
  }

  private ViewEvent<E> event(Row row) {
    String id = row.persistenceId().substring(row.persistenceId().indexOf('|') + 1);
    return new ViewEvent<>(id, row.sequence(), view.events().cast(row.payload().read(serialization)));
  }
}
