package io.orderflow.console;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Describes the orders that an operator looks for. All that is given must hold.
 *
 * @param text the text of the search box: an order's id, customer, product, transaction or the customer's e-mail address; empty for any order
 * @param ids the orders' ids that the text may stand for: itself, and those of idempotency keys
 * @param status PENDING, CONFIRMED or CANCELLED
 * @param reason the code of a cancellation
 * @param state the state of the order's saga, if that is active or waits for an operator
 * @param step the call that the saga is at
 * @param retrying only orders with a call that has failed and will be repeated
 * @param from not before
 * @param to not after
 */
record OrderSearch(Optional<String> text, List<String> ids, Optional<String> status, Optional<String> reason, Optional<String> state, Optional<String> step,
    boolean retrying, Optional<Instant> from, Optional<Instant> to) {

  /** Whether the orders' positions are asked for: then few orders come into question. */
  boolean isOfActive() {
    return state.isPresent() || step.isPresent() || retrying;
  }

  boolean accepts(FoundOrder order) {
    return order.status() != null
        && status.map(wanted -> wanted.equals(order.status())).orElse(true)
        && reason.map(code -> code.equals(order.reason())).orElse(true)
        && state.map(wanted -> order.position() != null && wanted.equals(order.position().state())).orElse(true)
        && step.map(wanted -> order.position() != null && wanted.equals(order.position().step())).orElse(true)
        && (!retrying || order.position() != null && order.position().failures() > 0);
  }
}
