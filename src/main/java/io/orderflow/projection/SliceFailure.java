package io.orderflow.projection;

import java.time.Instant;

/**
 * A slice's failure at an event.
 *
 * @param event the event, or the range of events that contains it
 * @param error the exception
 * @param attempts how often it has been tried
 * @param stopped whether the slice waits for an operator
 */
record SliceFailure(String event, String error, int attempts, boolean stopped, Instant at) {}
