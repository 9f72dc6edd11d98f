package io.orderflow.saga;

/** The status of a saga. */
public enum SagaStatus {
  /** Its actions and retriable steps are being called. */
  RUNNING,
  /** An action failed or a client cancelled: its compensations are being called. */
  COMPENSATING,
  /** All steps succeeded. Final. */
  COMPLETED,
  /** All compensations succeeded. It may still become {@link #COMPENSATION_FAILED} if a service reports a failure later. */
  COMPENSATED,
  /** A compensation failed in all its attempts. An operator can retry it. */
  COMPENSATION_FAILED;

  /** Whether the saga still makes calls. */
  public boolean isActive() {
    return this == RUNNING || this == COMPENSATING;
  }
}
