package io.orderflow.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.order.OrderResponse;
import io.orderflow.payment.PaymentResponse;
import io.orderflow.saga.SagaHistory.Attempt;
import io.orderflow.saga.SagaStatus;
import io.orderflow.saga.StepRecord;
import java.time.Instant;
import java.util.List;

/**
 * All that an operator sees of one order.
 *
 * @param sentence where it is and why
 * @param payment null if nothing is recorded
 * @param queuePlace the place of the payment in the queue for the provider; null if it is not in it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TimelineResponse(String orderId, String sentence, OrderResponse order, SagaStatus state, Instant startedAt, Instant endedAt, List<Step> steps,
    PaymentResponse payment, Integer queuePlace, OrderLedger ledger, List<Happening> history) {

  /**
   * One call of the saga.
   *
   * @param input what the service is asked for
   * @param result what it answered; null for nothing
   * @param ended its attempts that have ended
   * @param nextAttemptAt when it is repeated; null if it is not, or that is not known
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Step(String name, StepRecord.Kind kind, StepRecord.Status status, int attempts, int failures, boolean inDoubt, Instant startedAt,
      Instant endedAt, Object input, String result, String error, List<Attempt> ended, Instant nextAttemptAt) {}

  /**
   * Something that happened.
   *
   * @param about order, saga, payment, shipment or operator
   * @param type the event in upper case
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Happening(Instant at, String about, String type, String step, String detail) {}
}
