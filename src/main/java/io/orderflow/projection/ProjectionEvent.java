package io.orderflow.projection;

/**
 * An event to be applied to a projection.
 *
 * @param id the entity's id
 * @param sequence the sequence number of the write that stored the event, from 1
 */
public record ProjectionEvent<E>(String id, long sequence, E event) {}
