package io.orderflow.console;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * An order in the list of a search.
 *
 * @param at the time by which the list is sorted: the order's creation, or the event by which it was found
 * @param position where the order's saga is; null if it has ended and waits for nobody
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FoundOrder(String orderId, String customerId, String status, String reason, String currency, String total, List<Item> items,
    Instant createdAt, Instant updatedAt, Position position, @JsonIgnore Instant at) {

  /** An order that the view of orders does not have yet. It is accepted by no search. */
  static FoundOrder notYetKnown(String orderId, Instant at) {
    return new FoundOrder(orderId, null, null, null, null, null, List.of(), null, null, null, at);
  }

  record Item(String sku, int quantity) {}

  /**
   * @param failures the attempts of the call that have failed in a row, those of a queued payment included
   * @param queued whether the payment waits for the payment provider
   */
  record Position(String state, String step, int failures, boolean queued) {}
}
