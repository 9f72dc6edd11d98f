package io.orderflow.payment;

import java.time.Instant;
import java.util.Set;

/**
 * The state of a payment in the queue after an event, as text in the journal's manifest column. {@link PaymentQueueTable} follows it without
 * deserialising events. The text is stored: its format never changes.
 *
 * @param failures the calls that have failed in a row
 * @param dueAt when the next attempt may be made, in milliseconds since 1970; 0 for at once
 */
record QueueManifest(String kind, int failures, boolean postponed, long dueAt) {

  /** The payment joins the end of the queue. Text: {@code QUEUED} or {@code QUEUED:failures}. */
  static final String QUEUED = "QUEUED";
  /** An attempt failed and the payment keeps its place. Text: {@code FAILED:failures:postponed (0 or 1):dueAt}. */
  static final String FAILED = "FAILED";
  /** The refund was given up. */
  static final String GIVEN_UP = "GIVEN_UP";
  /** The payment leaves the queue. */
  static final String SETTLED = "SETTLED";
  private static final Set<String> KINDS = Set.of(QUEUED, FAILED, GIVEN_UP, SETTLED);

  static String queued(int failures) {
    return failures == 0 ? QUEUED : QUEUED + ":" + failures;
  }

  static String failed(int failures, boolean postponed, Instant dueAt) {
    return String.join(":", FAILED, Integer.toString(failures), postponed ? "1" : "0", Long.toString(dueAt.toEpochMilli()));
  }

  /** Whether the manifest, or null for none, says anything about the queue. */
  static boolean concernsQueue(String manifest) {
    return manifest != null && KINDS.contains(manifest.split(":", 2)[0]);
  }

  /** Reads a manifest for which {@link #concernsQueue} holds. */
  static QueueManifest parse(String manifest) {
    String[] fields = manifest.split(":");
    return new QueueManifest(fields[0], (int) number(fields, 1), number(fields, 2) == 1, number(fields, 3));
  }

  boolean is(String expected) {
    return kind.equals(expected);
  }

  private static long number(String[] fields, int field) {
    return fields.length > field ? Long.parseLong(fields[field]) : 0;
  }
}
