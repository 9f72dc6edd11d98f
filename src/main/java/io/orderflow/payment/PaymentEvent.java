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

    @Override
    public String manifest() {
      return PaymentQueueTable.QUEUED;
    }
  }

  /** A call of one that waits failed; @param notBefore null when it keeps its place in the queue */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record AttemptFailed(String failure, int attempts, Instant notBefore, Instant at) implements PaymentEvent {

    @Override
    public String manifest() {
      return notBefore == null ? "" : PaymentQueueTable.QUEUED;
    }
  }
}
