package io.orderflow.projection;

import java.time.Instant;

/**
 * That a slice fails at an event.
 *
 * @param event which, or among which
 * @param error what it threw
 * @param attempts how often it has been tried
 * @param stopped whether it waits for an operator
 */
record SliceFailure(String event, String error, int attempts, boolean stopped, Instant at) {}
