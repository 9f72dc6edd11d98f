/**
 * Hosts aggregates as sharded, event-sourced actors. An {@link io.orderflow.eventsourcing.Aggregate} is two pure functions. An
 * {@link io.orderflow.eventsourcing.AggregateType} says in one line how it is hosted, and an
 * {@link io.orderflow.eventsourcing.AggregateClient} reaches it.
 *
 * <p>A home is an entity with several parts of one id: aggregates, and processes that call others and wait
 * ({@link io.orderflow.eventsourcing.Process}). It works in turns, and stores what its parts record in a turn in one write. A
 * {@link io.orderflow.eventsourcing.HomeType} lists the parts.
 */
package io.orderflow.eventsourcing;
