package io.orderflow.projection;

/**
 * An operator's decision that a view goes without an event.
 *
 * @param by who decided it, as far as that is known
 */
record Skip(String reason, String by) {}
