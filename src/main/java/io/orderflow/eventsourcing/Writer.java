package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.RetentionCriteria;
import io.orderflow.eventsourcing.Message.Ask;
import io.orderflow.journal.ManifestAdapter;
import io.orderflow.journal.NoSnapshots;
import java.util.ArrayList;
import java.util.List;

/** Decides batches of commands and stores the events of each batch in one write, all or none. Stops when a write fails. */
final class Writer<C, E, S, R> extends EventSourcedBehavior<Writer.Batch<C, R>, E, S> {

  /** @param writtenTo notified once all events are stored and all callers have their reply */
  record Batch<C, R>(List<Ask<C, R>> commands, ActorRef<GroupCommit.Written> writtenTo) {}

  private final AggregateType<C, E, S, R> type;
  private final Aggregate<C, E, S, R> aggregate;
  private final int snapshotEvery;

  Writer(AggregateType<C, E, S, R> type, String id, int snapshotEvery) {
    super(PersistenceId.ofUniqueId(type.persistenceId(id)));
    this.type = type;
    this.aggregate = type.create().apply(id);
    this.snapshotEvery = snapshotEvery;
  }

  @Override
  public S emptyState() {
    return aggregate.initialState();
  }

  @Override
  public CommandHandler<Batch<C, R>, E, S> commandHandler() {
    return this::commit;
  }

  private Effect<E, S> commit(S state, Batch<C, R> batch) {
    List<E> events = new ArrayList<>(batch.commands().size());
    List<Decision<E, R>> decisions = new ArrayList<>(batch.commands().size());
    S evolving = state;
    for (Ask<C, R> ask : batch.commands()) {
      Decision<E, R> decision = aggregate.decide(evolving, ask.command());
      for (E event : decision.events()) {
        evolving = aggregate.apply(evolving, event);
      }
      events.addAll(decision.events());
      decisions.add(decision);
    }
    return Effect().persist(events).thenRun(stored -> {
      for (int i = 0; i < decisions.size(); i++) {
        batch.commands().get(i).answer(decisions.get(i));
      }
      batch.writtenTo().tell(GroupCommit.Written.INSTANCE);
    });
  }

  @Override
  public EventHandler<S, E> eventHandler() {
    return aggregate::apply;
  }

  @Override
  public EventAdapter<E, ?> eventAdapter() {
    return type.manifest() == null ? super.eventAdapter() : new ManifestAdapter<>(type.manifest());
  }

  @Override
  public Recovery recovery() {
    return type.snapshots() ? super.recovery() : NoSnapshots.RECOVERY;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return type.snapshots() ? RetentionCriteria.snapshotEvery(snapshotEvery, AggregateActor.SNAPSHOTS_KEPT) : super.retentionCriteria();
  }
}
