package io.orderflow.journal;

import akka.persistence.typed.SnapshotSelectionCriteria;
import akka.persistence.typed.javadsl.Recovery;

/**
 * Makes short-lived entities recover from their events alone. They write a dozen events, or some hundreds if they are retried for a day.
 * Most of them recover only once, before their first event, and are spared the query for a snapshot.
 */
public final class NoSnapshots {

  public static final Recovery RECOVERY = Recovery.withSnapshotSelectionCriteria(SnapshotSelectionCriteria.none());

  private NoSnapshots() {}
}
