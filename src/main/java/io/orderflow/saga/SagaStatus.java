package io.orderflow.saga;

/** Where a saga stands, as operators see it. */
public enum SagaStatus {
  /** Its steps are being carried out. */
  RUNNING,
  /** A step failed or the client cancelled: what was done is being undone. */
  COMPENSATING,
  /** All steps succeeded; the end. */
  COMPLETED,
  /** All that was done is undone; the end. */
  COMPENSATED,
  /** Something could not be undone within its retries: an operator takes it up again. */
  COMPENSATION_FAILED;

  /** Whether the saga still moves by itself. */
  public boolean isActive() {
    return this == RUNNING || this == COMPENSATING;
  }
}
