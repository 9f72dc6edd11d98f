package io.orderflow.journal;

import akka.persistence.typed.SnapshotSelectionCriteria;
import akka.persistence.typed.javadsl.Recovery;

/**
 * How entities recover that write a dozen events in their life, or some hundreds when they are retried for a day: from their events alone.
 * Most of them wake for the first and only time, and are spared a query.
 */
public final class NoSnapshots {

  public static final Recovery RECOVERY = Recovery.withSnapshotSelectionCriteria(SnapshotSelectionCriteria.none());

  private NoSnapshots() {}
}
