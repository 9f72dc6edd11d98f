package io.orderflow.payment;

import io.orderflow.kernel.CborSerializable;

/** The outcome of an attempt that {@link PaymentQueue} asked a payment for. The names are sent between nodes. */
enum AttemptOutcome implements CborSerializable {
  /** The source has answered: the payment is charged, declined or refunded and has left the queue. */
  SETTLED,
  /** The payment was not queued any more, or its deadline has passed. No call was made. */
  OVER,
  /** The circuit breaker of the payment's node did not permit the call. */
  NOT_CALLED,
  /** The call failed, and the provider may be down. */
  FAILED,
  /** The payment fails while others succeed, or its back-off is not over. */
  POSTPONED,
  /** The refund was given up. */
  GIVEN_UP
}
