package io.orderflow.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * One action on many orders.
 *
 * @param orders how many; they are fixed when the batch is made
 * @param more whether more orders than that matched the selection
 * @param reason null until it is confirmed
 * @param done the orders that are done with
 * @param refused those of them for which the action was refused
 * @param confirmedAt null until then
 * @param endedAt null until all orders are done with
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Batch(String batchId, Action action, String selection, int orders, boolean more, String madeBy, Instant madeAt, String confirmedBy, String reason,
    Instant confirmedAt, int done, int refused, Instant endedAt) {

  /** The actions. */
  enum Action {
    RETRY_COMPENSATION,
    CANCEL
  }

  /** An order of the batch. @param outcome DONE or why not; null until it is done with */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Item(int position, String orderId, String outcome) {}

  /** A batch with its first orders. */
  record WithItems(Batch batch, List<Item> items) {}

  /**
   * The input of the saga that carries the batch out.
   *
   * @param actor who confirmed it, whom the orders' events name; null in open mode
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Input(Action action, String actor) {}
}
