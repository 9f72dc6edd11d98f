package io.orderflow.eventsourcing;

import java.util.function.Function;

/**
 * Describes an aggregate type and how it is hosted. Commands that arrive during a write share the next one. An aggregate is passivated
 * as {@code akka.cluster.sharding.passivation} says, and by default recovers from all its events.
 *
 * @param name the name in sharding and storage: {@code name|id} is the persistence id
 * @param events the class of all its events
 * @param create creates the aggregate for an id
 * @param snapshots whether it stores a snapshot every {@code orderflow.snapshot-every} events
 * @param manifest returns the text for the journal's manifest column, at most 255 characters; null if no text is written
 */
public record AggregateType<C, E, S, R>(String name, Class<E> events, Function<String, Aggregate<C, E, S, R>> create, boolean snapshots, Function<E, String> manifest) {

  /** A type with the defaults. */
  public static <C, E, S, R> AggregateType<C, E, S, R> of(String name, Class<E> events, Function<String, Aggregate<C, E, S, R>> create) {
    return new AggregateType<>(name, events, create, false, null);
  }

  /** A type whose aggregates need not know their id. */
  public static <C, E, S, R> AggregateType<C, E, S, R> of(String name, Class<E> events, Aggregate<C, E, S, R> aggregate) {
    return of(name, events, id -> aggregate);
  }

  /** Recovers from a snapshot and the events after it: for aggregates with many events. */
  public AggregateType<C, E, S, R> withSnapshots() {
    return new AggregateType<>(name, events, create, true, manifest);
  }

  /**
   * Writes a text with each event to the journal's manifest column, for an index table ({@link io.orderflow.journal.JournalIndex.Table}).
   */
  public AggregateType<C, E, S, R> withManifest(Function<E, String> ofEvent) {
    return new AggregateType<>(name, events, create, snapshots, ofEvent);
  }

  /** The persistence id of the aggregate with that id. */
  public String persistenceId(String id) {
    return name + "|" + id;
  }
}
