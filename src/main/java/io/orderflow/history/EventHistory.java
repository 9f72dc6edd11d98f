package io.orderflow.history;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.journal.Database;
import io.orderflow.journal.StoredEvents;
import io.orderflow.journal.StoredEvents.Stored;
import io.orderflow.kernel.Sql;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Reads the events of one aggregate type from journal and archive. Holds at most one page in memory: a page of the stream, or the page
 * requested.
 *
 * @param <E> the class of the aggregate's events
 */
public final class EventHistory<E> {

  /**
   * An event in business terms.
   *
   * @param type stable, in upper case
   * @param data the event's content, to be written as JSON
   */
  public record Description(String type, Object data) {}

  /** Makes the function that describes the events of a page, after reading what it needs for them. */
  @FunctionalInterface
  public interface Describer<E> {
    CompletionStage<Function<E, Description>> of(List<E> page);
  }

  /**
   * An event as clients see it.
   *
   * @param id unique among all events
   * @param sequence the sequence number among the aggregate's events, from 1
   * @param actor on whose behalf it happened, the subject of an access token; null if nobody's
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Entry(String id, String aggregateId, String type, Object data, Instant timestamp, long sequence, String actor) {}

  private final ActorSystem<?> system;
  private final StoredEvents stored;
  private final String entityType;
  /** The homes that the aggregates live in; null if each has a stream of its own. */
  private final String home;
  private final Class<E> events;
  private final Describer<E> describer;
  private final Function<E, Instant> time;

  /**
   * @param entityType the aggregates' name in sharding and in persistence ids
   * @param describer describes events in business terms
   * @param time returns the time when an event happened
   */
  public EventHistory(ActorSystem<?> system, String entityType, Class<E> events, Describer<E> describer,
      Function<E, Instant> time) {
    this(system, null, entityType, events, describer, time);
  }

  /** The same for aggregates that live in homes of that name. Their events are numbered here. */
  public static <E> EventHistory<E> ofHomes(ActorSystem<?> system, String home, String entityType, Class<E> events,
      Describer<E> describer, Function<E, Instant> time) {
    return new EventHistory<>(system, home, entityType, events, describer, time);
  }

  private EventHistory(ActorSystem<?> system, String home, String entityType, Class<E> events, Describer<E> describer,
      Function<E, Instant> time) {
    this.home = home;
    this.time = time;
    this.system = system;
    this.stored = new StoredEvents(system);
    this.entityType = entityType;
    this.events = events;
    this.describer = describer;
  }

  /** The aggregate's existing events from {@code from} to {@code to}, both included, as they were stored. */
  public Source<E, NotUsed> events(String aggregateId, long from, long to) {
    return stored(aggregateId, from, to).map(stored -> events.cast(stored.event()));
  }

  /** At most {@code limit} events, starting at sequence number {@code from}. */
  public CompletionStage<List<Entry>> page(String aggregateId, long from, int limit) {
    return stored(aggregateId, from, from + limit - 1).runWith(Sink.seq(), system).thenCompose(page ->
        describer.of(page.stream().map(event -> events.cast(event.event())).toList()).thenApply(description ->
            page.stream().map(event -> shown(aggregateId, event, description)).toList()));
  }

  /** The number of the aggregate's last event; 0 if it has none. Only for aggregates that have a stream of their own. */
  CompletionStage<Long> last(String aggregateId) {
    String persistenceId = entityType + "|" + aggregateId;
    String highest = "COALESCE((SELECT MAX(sequence_number) FROM %s WHERE persistence_id = ?), 0)";
    return Database.of(system).async(connection -> Sql.selectFirst(connection, "SELECT GREATEST(" + highest.formatted("event_journal") + ", "
        + highest.formatted("event_archive") + ")", row -> row.getLong(1), persistenceId, persistenceId).orElse(0L));
  }

  private Source<Stored, NotUsed> stored(String aggregateId, long from, long to) {
    if (home == null) {
      return stored.of(entityType + "|" + aggregateId, events, from, to);
    }
    // A home has some dozens of events, of all its parts: the aggregate's own are counted from the first.
    return stored.of(home + "|" + aggregateId, events, 1, Long.MAX_VALUE).zipWithIndex()
        .map(counted -> new Stored(counted.second() + 1, counted.first().writtenAt(), counted.first().event(),
            counted.first().actor()))
        .filter(event -> event.sequence() >= from).takeWhile(event -> event.sequence() <= to);
  }

  private Entry shown(String aggregateId, Stored event, Function<E, Description> description) {
    E happened = events.cast(event.event());
    Description told = description.apply(happened);
    return new Entry(entityType + "-" + aggregateId + "-" + event.sequence(), aggregateId, told.type(), told.data(),
        time.apply(happened), event.sequence(), event.actor());
  }
}
