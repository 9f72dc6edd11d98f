package io.orderflow.eventsourcing;

import akka.actor.typed.BackoffSupervisorStrategy;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.RetentionCriteria;
import io.orderflow.journal.NoSnapshots;
import java.util.Optional;

/**
 * Stores an aggregate as its type says: state, recovery, snapshots and the journal's manifest. Subclasses decide commands.
 *
 * @param <M> the messages of the subclass
 */
abstract class HostedBehavior<M, C, E, S, R> extends EventSourcedBehavior<M, Recorded<E>, S> {

  private static final int SNAPSHOTS_KEPT = 2;

  final AggregateType<C, E, S, R> type;
  final Aggregate<C, E, S, R> aggregate;
  private final int snapshotEvery;

  /** @param onFailedWrite restarts the behavior after a failed write; empty to stop it */
  HostedBehavior(AggregateType<C, E, S, R> type, String id, int snapshotEvery, Optional<BackoffSupervisorStrategy> onFailedWrite) {
    super(PersistenceId.ofUniqueId(type.persistenceId(id)), onFailedWrite);
    this.type = type;
    this.aggregate = type.create().apply(id);
    this.snapshotEvery = snapshotEvery;
  }

  @Override
  public final S emptyState() {
    return aggregate.initialState();
  }

  @Override
  public final EventHandler<S, Recorded<E>> eventHandler() {
    return (state, recorded) -> aggregate.apply(state, recorded.event());
  }

  @Override
  public final EventAdapter<Recorded<E>, ?> eventAdapter() {
    return new Recorded.Adapter<>(type.manifest());
  }

  @Override
  public final Recovery recovery() {
    return type.snapshots() ? super.recovery() : NoSnapshots.RECOVERY;
  }

  @Override
  public final RetentionCriteria retentionCriteria() {
    return type.snapshots() ? RetentionCriteria.snapshotEvery(snapshotEvery, SNAPSHOTS_KEPT) : super.retentionCriteria();
  }
}
