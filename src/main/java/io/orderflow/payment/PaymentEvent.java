package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.payment.PaymentState.Operation;
import java.time.Instant;

/** The events of a payment. In all of them {@code queuedAt} is when the payment joined the queue, or null if it never did. */
public sealed interface PaymentEvent extends CborSerializable {

  /** The {@link QueueManifest} of the event; empty if the event does not concern the queue. */
  default String manifest() {
    return "";
  }

  private static String settled(Instant queuedAt) {
    return queuedAt == null ? "" : QueueManifest.SETTLED;
  }

  /** The source has made the charge. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Charged(PaymentMethod method, Money amount, String key, String transactionId, int attempts, Instant queuedAt, Instant at)
      implements PaymentEvent {

    @Override
    public String manifest() {
      return settled(queuedAt);
    }
  }

  /** The source has declined the charge, or did not make it before the deadline. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Declined(PaymentMethod method, Money amount, String key, String code, String reason, int attempts, Instant queuedAt,
      Instant at) implements PaymentEvent {

    @Override
    public String manifest() {
      return settled(queuedAt);
    }
  }

  /** The charge is refunded, or was never made; the source rejects it from now on. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Refunded(PaymentMethod method, Money amount, String key, Instant queuedAt, Instant at) implements PaymentEvent {

    @Override
    public String manifest() {
      return settled(queuedAt);
    }
  }

  /** The charge or refund has joined the queue. @param failure why the call before it failed; null if none was made */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Queued(Operation operation, @JsonProperty("due") PaymentDetails details, int attempts, String failure, Instant at)
      implements PaymentEvent {

    /** The calls that have failed already: 1 if a call was made before the payment was queued, otherwise 0. */
    int failures() {
      return failure != null && attempts > 0 ? 1 : 0;
    }

    @Override
    public String manifest() {
      return QueueManifest.queued(failures());
    }
  }

  /**
   * An attempt of a queued payment has failed.
   *
   * @param notBefore when the next attempt may be made
   * @param failures the calls that have failed in a row, this one included
   * @param postponed whether the payment fails while others succeed, so that they no longer wait for it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record AttemptFailed(String failure, int attempts, Instant notBefore, int failures, boolean postponed, Instant at)
      implements PaymentEvent {

    @Override
    public String manifest() {
      return QueueManifest.failed(failures, postponed, notBefore == null ? at : notBefore);
    }
  }

  /** The refund was given up: no call is made until an operator retries the saga. @param failure why the last call failed */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record RefundGivenUp(@JsonProperty("due") PaymentDetails details, String failure, int attempts, Instant at) implements PaymentEvent {

    @Override
    public String manifest() {
      return QueueManifest.GIVEN_UP;
    }
  }
}
