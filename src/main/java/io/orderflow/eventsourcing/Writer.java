package io.orderflow.eventsourcing;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import io.orderflow.eventsourcing.Message.Ask;
import io.orderflow.journal.NoSnapshots;
import io.orderflow.kernel.Rejection;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores an aggregate as its type says: state, recovery, snapshots and the journal's manifest. Decides batches of commands and stores the events of each batch in one write, all or none. Stops when a write fails.
 *
 * <p>A write that succeeds proves that the state was the latest. Replies of a batch without events have no such proof: while
 * {@link LateWrites} are expected they wait until the journal has said that it has no later event, unless this incarnation has written already, which bars
 * all others. If there is one, the writer stops, and the callers ask again.
 */
final class Writer<C, E, S, R> extends EventSourcedBehavior<Writer.Command<C, R>, Recorded<E>, S> {

  sealed interface Command<C, R> {}

  /** @param writtenTo notified once all events are stored and all callers have their reply */
  record Batch<C, R>(List<Ask<C, R>> commands, ActorRef<GroupCommit.Written> writtenTo) implements Command<C, R> {}

  /** To itself: the sequence number of the last event in the journal. */
  private record Last<C, R>(long sequence) implements Command<C, R> {}

  private static final long UNKNOWN = -1;
  private static final int SNAPSHOTS_KEPT = 2;

  private final AggregateType<C, E, S, R> type;
  private final Aggregate<C, E, S, R> aggregate;
  private final int snapshotEvery;
  private final ActorContext<Command<C, R>> context;
  private final LateWrites lateWrites;
  private boolean hasWritten;
  /** Waits for the journal to say that its replies are right; null if none does. */
  private Batch<C, R> unproven;
  private ActorRef<Void> question;

  static <C, E, S, R> Behavior<Batch<C, R>> create(AggregateType<C, E, S, R> type, String id, int snapshotEvery) {
    return Behaviors.<Command<C, R>>setup(context -> new Writer<>(type, id, snapshotEvery, context)).narrow();
  }

  private Writer(AggregateType<C, E, S, R> type, String id, int snapshotEvery, ActorContext<Command<C, R>> context) {
    super(PersistenceId.ofUniqueId(type.persistenceId(id)));
    this.type = type;
    this.aggregate = type.create().apply(id);
    this.snapshotEvery = snapshotEvery;
    this.context = context;
    this.lateWrites = LateWrites.of(context.getSystem());
  }

  @Override
  public CommandHandler<Command<C, R>, Recorded<E>, S> commandHandler() {
    return (state, command) -> command instanceof Last<C, R> last ? proven(state, last.sequence()) : commit(state, (Batch<C, R>) command);
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
    if (events.isEmpty() && !hasWritten && unproven == null && lateWrites.areExpected()) {
      unproven = batch;
      question = context.spawnAnonymous(LastEvent.of(persistenceId(), context.messageAdapter(Long.class, Last<C, R>::new)));
      context.watch(question);
      return Effect().none();
    }
    return Effect().persist(events).thenRun(stored -> {
      hasWritten |= !events.isEmpty();
      for (int i = 0; i < decisions.size(); i++) {
        batch.commands().get(i).answer(decisions.get(i));
      }
      batch.writtenTo().tell(GroupCommit.Written.INSTANCE);
    });
  }

  private Effect<Recorded<E>, S> proven(S state, long last) {
    Batch<C, R> batch = unproven;
    context.unwatch(question);
    context.stop(question);
    if (last == lastSequenceNumber(context)) {
      Effect<Recorded<E>, S> effect = commit(state, batch);
      unproven = null;
      return effect;
    }
    batch.commands().forEach(ask -> ask.reject(Rejection.moved()));
    return Effect().stop();
  }

  /** The question ends unanswered if the journal can't be asked. */
  @Override
  public SignalHandler<S> signalHandler() {
    return newSignalHandlerBuilder().onSignal(Terminated.class, (state, gone) -> context.getSelf().tell(new Last<>(UNKNOWN))).build();
  }

  @Override
  public S emptyState() {
    return aggregate.initialState();
  }

  @Override
  public EventHandler<S, Recorded<E>> eventHandler() {
    return (state, recorded) -> aggregate.apply(state, recorded.event());
  }

  @Override
  public EventAdapter<Recorded<E>, ?> eventAdapter() {
    return new Recorded.Adapter<>(type.manifest());
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
