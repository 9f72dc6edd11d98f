package io.orderflow.payment;

import java.time.Instant;

/**
 * A payment in the queue. May be out of date: the payment itself knows whether it is still queued.
 *
 * @param position its place: the ordering of the event with which it joined the queue
 * @param failures the calls that have failed in a row
 * @param failedAt when the last of them failed; null if none has
 * @param dueAt when the next attempt may be made
 */
record QueuedPayment(String orderId, long position, Instant queuedAt, int failures, Instant failedAt, Instant dueAt) {

  /** A payment for which no call has failed. */
  QueuedPayment(String orderId, long position, Instant queuedAt) {
    this(orderId, position, queuedAt, 0, null, Instant.EPOCH);
  }
}
