package io.orderflow.eventsourcing;

import java.time.Duration;
import java.util.List;

/**
 * Describes a home: an event-sourced entity that consists of several parts with the same id and one stream of events. What belongs to one
 * order lives in one place and is stored in one write.
 *
 * @param name the name in sharding and storage: {@code name|id} is the persistence id
 * @param keepInMemory how long it stays in memory after its last message once it may leave
 * @param processes the parts that call others; the words of the journal's manifest column are in this order
 * @param aggregates the parts that only decide
 */
public record HomeType(String name, Duration keepInMemory, List<ProcessType<?, ?, ?>> processes,
    List<AggregateType<?, ?, ?, ?>> aggregates) {}
