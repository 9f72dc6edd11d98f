package io.orderflow.eventsourcing;

import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A kind of aggregate and how it is hosted. By default each command is written by itself, an aggregate leaves memory as
 * {@code akka.cluster.sharding.passivation} says, and recovers from all its events.
 *
 * @param name under which it is sharded and stored: {@code name|id} is the persistence id
 * @param events the class of all its events
 * @param create makes the aggregate of an id
 * @param groupCommit whether commands that come while a write is under way share the next one
 * @param snapshots whether it stores snapshots, every {@code orderflow.snapshot-every} events
 * @param shortLived whether it serves one order and leaves memory soon after its last message
 * @param ended tells from the state after an event whether the aggregate can leave memory at once
 * @param manifest what is written beside an event into the journal's manifest column, at most 255 characters; null for nothing
 */
public record AggregateType<C, E, S, R>(String name, Class<E> events, Function<String, Aggregate<C, E, S, R>> create, boolean groupCommit,
    boolean snapshots, boolean shortLived, Predicate<S> ended, Function<E, String> manifest) {

  /** A kind with the defaults. */
  public static <C, E, S, R> AggregateType<C, E, S, R> of(String name, Class<E> events, Function<String, Aggregate<C, E, S, R>> create) {
    return new AggregateType<>(name, events, create, false, false, false, state -> false, null);
  }

  /** A kind whose aggregates need not know their id. */
  public static <C, E, S, R> AggregateType<C, E, S, R> of(String name, Class<E> events, Aggregate<C, E, S, R> aggregate) {
    return of(name, events, id -> aggregate);
  }

  /** Commands that come while a write is under way share the next one: for aggregates that many write to at once. */
  public AggregateType<C, E, S, R> withGroupCommit() {
    return new AggregateType<>(name, events, create, true, snapshots, shortLived, ended, manifest);
  }

  /** Recovers from a snapshot and the events after it: for aggregates with many events. */
  public AggregateType<C, E, S, R> withSnapshots() {
    return new AggregateType<>(name, events, create, groupCommit, true, shortLived, ended, manifest);
  }

  /** Leaves memory soon after its last message, and at once after an event that ends it. */
  public AggregateType<C, E, S, R> shortLived(Predicate<S> hasEnded) {
    return new AggregateType<>(name, events, create, groupCommit, snapshots, true, hasEnded, manifest);
  }

  /** Writes a text beside each event, by which a {@link io.orderflow.journal.JournalIndex.Table} follows it. */
  public AggregateType<C, E, S, R> withManifest(Function<E, String> ofEvent) {
    return new AggregateType<>(name, events, create, groupCommit, snapshots, shortLived, ended, ofEvent);
  }

  /** The persistence id of the aggregate with that id. */
  public String persistenceId(String id) {
    return name + "|" + id;
  }
}
