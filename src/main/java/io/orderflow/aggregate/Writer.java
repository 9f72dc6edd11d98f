package io.orderflow.aggregate;

import akka.actor.typed.ActorRef;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import java.util.ArrayList;
import java.util.List;

/** Decides batches of commands and stores the events of each in one write: all or none. Ends when a write fails. */
final class Writer<C extends Aggregate.Command, E, S> extends EventSourcedBehavior<Writer.Batch<C>, E, S> {

  /** @param writtenTo told once all are stored and answered */
  record Batch<C>(List<C> commands, ActorRef<GroupCommit.Written> writtenTo) {}

  private static final int SNAPSHOTS_KEPT = 2;

  private final Aggregate<C, E, S> aggregate;
  private final int snapshotEvery;

  Writer(PersistenceId id, Aggregate<C, E, S> aggregate, int snapshotEvery) {
    super(id);
    this.aggregate = aggregate;
    this.snapshotEvery = snapshotEvery;
  }

  @Override
  public S emptyState() {
    return aggregate.emptyState();
  }

  @Override
  public CommandHandler<Batch<C>, E, S> commandHandler() {
    return this::commit;
  }

  private Effect<E, S> commit(S state, Batch<C> batch) {
    List<E> events = new ArrayList<>(batch.commands().size());
    List<Runnable> answers = new ArrayList<>(batch.commands().size());
    S evolving = state;
    for (C command : batch.commands()) {
      Decision<E, S> decision = aggregate.decide(evolving, command);
      for (E event : decision.events()) {
        evolving = aggregate.apply(evolving, event);
        events.add(event);
      }
      S after = evolving;
      answers.add(() -> decision.answer().accept(after));
    }
    return Effect().persist(events).thenRun(stored -> {
      answers.forEach(Runnable::run);
      batch.writtenTo().tell(GroupCommit.Written.INSTANCE);
    });
  }

  @Override
  public EventHandler<S, E> eventHandler() {
    return aggregate::apply;
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(snapshotEvery, SNAPSHOTS_KEPT);
  }
}
