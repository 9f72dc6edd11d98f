/**
 * Hosts aggregates as sharded, event-sourced actors. An {@link io.orderflow.eventsourcing.Aggregate} is two pure functions. An
 * {@link io.orderflow.eventsourcing.AggregateType} says in one line how it is hosted, and an
 * {@link io.orderflow.eventsourcing.AggregateClient} reaches it.
 */
package io.orderflow.eventsourcing;
