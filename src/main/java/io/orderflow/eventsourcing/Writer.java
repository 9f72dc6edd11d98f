package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import io.orderflow.eventsourcing.Message.Ask;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides batches of commands and stores the events of each batch in one write, all or none. Stops when a write fails. */
final class Writer<C, E, S, R> extends HostedBehavior<Writer.Batch<C, R>, C, E, S, R> {

  /** @param writtenTo notified once all events are stored and all callers have their reply */
  record Batch<C, R>(List<Ask<C, R>> commands, ActorRef<GroupCommit.Written> writtenTo) {}


  Writer(AggregateType<C, E, S, R> type, String id, int snapshotEvery) {
    super(type, id, snapshotEvery, Optional.empty());
  }

  @Override
  public CommandHandler<Batch<C, R>, Recorded<E>, S> commandHandler() {
    return this::commit;
  }

  private Effect<Recorded<E>, S> commit(S state, Batch<C, R> batch) {
    List<Recorded<E>> events = new ArrayList<>(batch.commands().size());
    List<Decision<E, R>> decisions = new ArrayList<>(batch.commands().size());
    S evolving = state;
    for (Ask<C, R> ask : batch.commands()) {
      Decision<E, R> decision = aggregate.decide(evolving, ask.command());
      for (E event : decision.events()) {
        evolving = aggregate.apply(evolving, event);
      }
      events.addAll(Recorded.all(decision.events(), ask.actor()));
      decisions.add(decision);
    }
    return Effect().persist(events).thenRun(stored -> {
      for (int i = 0; i < decisions.size(); i++) {
        batch.commands().get(i).answer(decisions.get(i));
      }
      batch.writtenTo().tell(GroupCommit.Written.INSTANCE);
    });
  }
}
