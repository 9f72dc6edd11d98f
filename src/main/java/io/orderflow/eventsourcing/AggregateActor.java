package io.orderflow.eventsourcing;

import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.RetentionCriteria;
import io.orderflow.journal.ManifestAdapter;
import io.orderflow.journal.NoSnapshots;

/** Runs one aggregate as an event-sourced actor that writes the events of each command separately. It recovers after a failed write. */
final class AggregateActor<C, E, S, R> extends EventSourcedBehavior<Message, E, S> {

  static final int SNAPSHOTS_KEPT = 2;

  private final AggregateType<C, E, S, R> type;
  private final Aggregate<C, E, S, R> aggregate;
  private final int snapshotEvery;
  private final Runnable leave;

  /** @param leave asks the shard to passivate the aggregate */
  AggregateActor(AggregateType<C, E, S, R> type, String id, int snapshotEvery, Runnable leave) {
    super(PersistenceId.ofUniqueId(type.persistenceId(id)), Supervision.RECOVER);
    this.type = type;
    this.aggregate = type.create().apply(id);
    this.snapshotEvery = snapshotEvery;
    this.leave = leave;
  }

  @Override
  public S emptyState() {
    return aggregate.initialState();
  }

  @Override
  public CommandHandler<Message, E, S> commandHandler() {
    return (state, message) -> message instanceof Message.Ask<?, ?> ask ? decide(state, ask)
        : message == Message.Signal.LEAVE ? Effect().stop() : Effect().none();
  }

  @SuppressWarnings("unchecked") // Clients of this type send no other commands.
  private Effect<E, S> decide(S state, Message.Ask<?, ?> message) {
    Message.Ask<C, R> ask = (Message.Ask<C, R>) message;
    Decision<E, R> decision = aggregate.decide(state, ask.command());
    if (decision.events().isEmpty()) {
      return Effect().none().thenRun(same -> ask.answer(decision));
    }
    return Effect().persist(decision.events()).thenRun(after -> {
      ask.answer(decision);
      if (type.ended().test(after)) {
        leave.run();
      }
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
    return type.snapshots() ? RetentionCriteria.snapshotEvery(snapshotEvery, SNAPSHOTS_KEPT) : super.retentionCriteria();
  }
}
