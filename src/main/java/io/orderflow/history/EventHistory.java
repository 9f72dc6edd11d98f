package io.orderflow.history;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import io.orderflow.journal.StoredEvents;
import io.orderflow.journal.StoredEvents.Stored;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The events of the aggregates of one kind, read from journal and archive as they come, never more of them in memory than one page of
 * the stream or the page that was asked for.
 *
 * @param <E> what the aggregate's events are
 */
public final class EventHistory<E> {

  /**
   * An event in the business's words.
   *
   * @param type stable, in upper case
   * @param data what it says, as JSON
   */
  public record Told(String type, Object data) {}

  /**
   * An event as it is shown.
   *
   * @param id unique among all events
   * @param sequence its number among its aggregate's events, from 1 on
   */
  public record Shown(String id, String aggregateId, String type, Object data, Instant timestamp, long sequence) {}

  private final ActorSystem<?> system;
  private final StoredEvents stored;
  private final String entityType;
  private final Class<E> events;
  private final Function<E, Told> words;
  private final Function<E, Instant> time;

  /**
   * @param entityType under which the aggregates are sharded
   * @param words what an event is called and says
   * @param time when it happened
   */
  public EventHistory(ActorSystem<?> system, String entityType, Class<E> events, Function<E, Told> words,
      Function<E, Instant> time) {
    this.time = time;
    this.system = system;
    this.stored = new StoredEvents(system);
    this.entityType = entityType;
    this.events = events;
    this.words = words;
  }

  /** All events there are of the aggregate from the first to the last of these numbers, as they were stored. */
  public Source<E, NotUsed> events(String aggregateId, long from, long to) {
    return stored(aggregateId, from, to).map(stored -> events.cast(stored.event()));
  }

  /** At most so many events from that number on. */
  public CompletionStage<List<Shown>> page(String aggregateId, long from, int limit) {
    return stored(aggregateId, from, from + limit - 1).map(event -> shown(aggregateId, event)).runWith(Sink.seq(), system);
  }

  private Source<Stored, NotUsed> stored(String aggregateId, long from, long to) {
    return stored.of(entityType + "|" + aggregateId, from, to);
  }

  private Shown shown(String aggregateId, Stored event) {
    E happened = events.cast(event.event());
    Told told = words.apply(happened);
    return new Shown(entityType + "-" + aggregateId + "-" + event.sequence(), aggregateId, told.type(), told.data(),
        time.apply(happened), event.sequence());
  }
}
