/**
 * Makes actors of aggregates: sharded, event-sourced, one client for each kind. An {@link io.orderflow.eventsourcing.Aggregate} is two pure functions;
 * how it is hosted is said in one line, its {@link io.orderflow.eventsourcing.AggregateType}; others reach it by an
 * {@link io.orderflow.eventsourcing.AggregateClient}.
 */
package io.orderflow.eventsourcing;
