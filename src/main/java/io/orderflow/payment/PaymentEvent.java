package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.payment.PaymentState.Due;
import io.orderflow.payment.PaymentState.Operation;
import java.time.Instant;

/** What happened to a payment. */
public sealed interface PaymentEvent extends CborSerializable {

  /** What the event says in the journal's manifest column; {@link PaymentQueueTable} goes by it. */
  default String manifest() {
    return "";
  }

  private static String settled(Instant queuedAt) {
    return queuedAt == null ? "" : PaymentQueueTable.SETTLED;
  }

  /** The money was taken; @param queuedAt since when it had waited, or null */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Charged(PaymentMethod method, Money amount, String key, String transactionId, int attempts, Instant queuedAt, Instant at)
      implements PaymentEvent {

    @Override
    public String manifest() {
      return settled(queuedAt);
    }
  }

  /** The money is not to be had; @param queuedAt since when it had waited, or null */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Declined(PaymentMethod method, Money amount, String key, String code, String reason, int attempts, Instant queuedAt,
      Instant at) implements PaymentEvent {

    @Override
    public String manifest() {
      return settled(queuedAt);
    }
  }

  /** Nothing is or will be taken; @param queuedAt since when it had waited, or null */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Refunded(PaymentMethod method, Money amount, String key, Instant queuedAt, Instant at) implements PaymentEvent {

    @Override
    public String manifest() {
      return settled(queuedAt);
    }
  }

  /** It waits for the provider; @param failure why, or null when it was not even tried */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Queued(Operation operation, Due due, int attempts, String failure, Instant at) implements PaymentEvent {

    /** The calls that have failed already: the one that was made before it was queued, or none. */
    int failures() {
      return failure != null && attempts > 0 ? 1 : 0;
    }

    @Override
    public String manifest() {
      return PaymentQueueTable.queued(failures());
    }
  }

  /**
   * A call of one that waits failed.
   *
   * @param notBefore when the next call may be made
   * @param failures the calls that have failed one after the other, this one included
   * @param postponed whether it fails while others succeed, so that they don't wait for it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record AttemptFailed(String failure, int attempts, Instant notBefore, int failures, boolean postponed, Instant at)
      implements PaymentEvent {

    @Override
    public String manifest() {
      return PaymentQueueTable.failed(failures, postponed, notBefore == null ? at : notBefore);
    }
  }

  /** The refund was given up: no call is made until an operator has the saga taken up again. @param failure the last one */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RefundGivenUp(Due due, String failure, int attempts, Instant at) implements PaymentEvent {

    @Override
    public String manifest() {
      return PaymentQueueTable.GIVEN_UP;
    }
  }
}
