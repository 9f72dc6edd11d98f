package io.orderflow.projection;

/**
 * An operator's decision that a projection skips an event.
 *
 * @param by who decided, as far as that is known
 */
record Skip(String reason, String by) {}
