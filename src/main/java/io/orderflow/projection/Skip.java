package io.orderflow.projection;

/**
 * An operator's decision that a projection skips an event.
 *
 * @param by the operator, as far as known
 */
record Skip(String reason, String by) {}
