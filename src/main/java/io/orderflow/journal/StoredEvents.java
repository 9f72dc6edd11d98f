package io.orderflow.journal;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.japi.Pair;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.stream.javadsl.Source;
import io.orderflow.journal.JournalReader.Payload;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.kernel.Rejection;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** Reads the events of an aggregate from archive and journal, page by page. */
public final class StoredEvents {

  /**
   * An event.
   *
   * @param sequence the sequence number of its write
   * @param writtenAt in milliseconds since 1970
   * @param actor on whose behalf it happened; null for nobody's
   */
  public record Stored(long sequence, long writtenAt, Object event, String actor) {}

  /** The most events in memory at a time. */
  private static final int PAGE = 2_000;
  private static final long END = Long.MAX_VALUE;
  private static final String PART = "(SELECT sequence_number, ordering, adapter_manifest, write_timestamp, event_ser_id,"
      + " event_ser_manifest, event_payload FROM %s WHERE persistence_id = ? AND sequence_number BETWEEN ? AND ? ORDER BY sequence_number LIMIT ?)";
  private static final String SELECT = "SELECT * FROM (" + PART.formatted("event_archive") + " UNION ALL "
      + PART.formatted("event_journal") + ") events ORDER BY sequence_number LIMIT ?";

  private final ActorSystem<?> system;
  private final Serialization serialization;

  public StoredEvents(ActorSystem<?> system) {
    this.system = system;
    this.serialization = SerializationExtension.get(system);
  }

  /** The events of this class in the writes with sequence numbers from {@code from} to {@code to}, both included, in order. */
  public Source<Stored, NotUsed> of(String persistenceId, Class<?> events, long from, long to) {
    return Source.unfoldAsync(from, next -> page(persistenceId, next, to)).mapConcat(page -> page)
        .mapConcat(stored -> EventGroup.by(stored.event(), events).stream()
            .map(by -> new Stored(stored.sequence(), stored.writtenAt(), by.event(), by.actor())).toList());
  }

  /** Folds all events of the aggregate, in order. */
  public <E, S> CompletionStage<S> fold(String persistenceId, Class<E> events, S none, BiFunction<S, E, S> apply) {
    return of(persistenceId, events, 1, END).runFold(none, (state, stored) -> apply.apply(state, events.cast(stored.event())), system);
  }

  /**
   * Folds the events of an aggregate that replied that it does not exist: it may have ended and be archived. Fails with the original
   * failure if there are no events or the failure was another one.
   */
  public <E, S> CompletionStage<S> foldIfNotFound(Throwable failure, String persistenceId, Class<E> events, S none,
      BiFunction<S, E, S> apply) {
    return !Rejection.isNotFound(failure) ? CompletableFuture.failedFuture(failure)
        : fold(persistenceId, events, none, apply).thenCompose(state ->
            state == none ? CompletableFuture.failedFuture(failure) : CompletableFuture.completedStage(state));
  }

  private CompletionStage<Optional<Pair<Long, List<Stored>>>> page(String persistenceId, long from, long to) {
    if (from > to || from == END) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    int limit = (int) Math.min(PAGE - 1, to - from) + 1;
    return Database.of(system).async(connection -> {
      List<Stored> page = read(connection, persistenceId, from, to, limit);
      // A page that is not full is the last: no need to query for another.
      return page.isEmpty() ? Optional.empty()
          : Optional.of(Pair.create(page.size() < limit ? END : page.get(page.size() - 1).sequence() + 1, page));
    });
  }

  private List<Stored> read(Connection connection, String persistenceId, long from, long to, int limit) throws SQLException {
    return rows(connection, persistenceId, from, to, limit).stream()
        .map(row -> new Stored(row.sequence(), row.writtenAt(), row.payload().read(serialization), null)).toList();
  }

  /**
   * Selects at most {@code limit} events from {@code from} to {@code to} in order, without deserialising them: unreadable events are
   * included.
   */
  public static List<Row> rows(Connection connection, String persistenceId, long from, long to, int limit) throws SQLException {
    return Sql.select(connection, SELECT, row -> new Row(row.getLong(2), persistenceId, row.getLong(1), row.getString(3), row.getLong(4),
            new Payload(row.getInt(5), row.getString(6), row.getBytes(7))),
        persistenceId, from, to, limit, persistenceId, from, to, limit, limit);
  }
}
