package io.orderflow.projection;

/**
 * An event on its way into a view.
 *
 * @param id the entity that it happened to
 * @param sequence its number among the entity's events, from 1
 */
public record ProjectionEvent<E>(String id, long sequence, E event) {}
