package io.orderflow.projection;

/**
 * An event to be applied to a projection.
 *
 * @param id the entity's id
 * @param sequence the event's sequence number, from 1
 */
public record ProjectionEvent<E>(String id, long sequence, E event) {}
