package io.orderflow.eventsourcing;

import akka.actor.Cancellable;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.BackoffSupervisorStrategy;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.SignalHandler;
import io.orderflow.journal.EventGroup;
import io.orderflow.journal.ManifestAdapter;
import io.orderflow.journal.NewStreams;
import io.orderflow.journal.NoSnapshots;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Runs a home: the parts of one id as one event-sourced actor with one stream.
 *
 * <p>It works in turns. A message or the outcome of a call comes in, the parts decide and record, and what they have recorded is stored in
 * one write at the turn's end: all of it or nothing. No turn begins while a write is under way. Replies and calls of other entities wait
 * for the write.
 */
final class HomeActor extends EventSourcedBehavior<Message, EventGroup, HomeActor.States> implements Home {

  /** The states of the parts, processes first. */
  record States(List<Object> ofParts) {}

  /** Runs an action in a turn of its own. To itself. */
  private record Turn(Runnable action) implements Message {}

  /** To itself: no message has come for a while. */
  private enum Idle implements Message { INSTANCE }

  /** After a failed write: the journal alone knows whether it took place. */
  private static final BackoffSupervisorStrategy RECOVER =
      SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2);

  private final HomeType type;
  private final String id;
  private final Runnable leave;
  private final ActorContext<Message> actor;
  private final NewStreams newStreams;
  private final ActorRef<Message> self;
  private final List<ProcessPart<?, ?, ?>> processes = new ArrayList<>();
  private final List<AggregatePart<?, ?, ?, ?>> aggregates = new ArrayList<>();
  private final List<Part> parts = new ArrayList<>();

  /** Events that are applied and not stored. */
  private final List<Object> unstored = new ArrayList<>();
  /** Of the unstored events; empty for nobody. */
  private final List<String> actors = new ArrayList<>();
  private final Queue<Runnable> restOfTurn = new ArrayDeque<>();
  private List<Runnable> afterWrite = new ArrayList<>();
  private boolean mustWrite;
  /** The write under way. */
  private EventGroup writing;
  /** The thread of the turn under way; null between turns. */
  private volatile Thread turn;
  /** On whose behalf the turn is; empty for nobody's. */
  private String onBehalfOf = "";

  /** @param leave asks the shard to passivate the home */
  static Behavior<Message> create(HomeType type, String id, Runnable leave) {
    // The first message says whether there is anything to recover.
    return Behaviors.withStash(1, first -> Behaviors.receiveMessage(message -> {
      if (message == Message.Signal.LEAVE) {
        return Behaviors.stopped();
      }
      first.stash(message);
      return first.unstashAll(recover(type, id, message.isForNewId(), leave));
    }));
  }

  /** @param newId whether nothing was stored under the id before */
  static Behavior<Message> recover(HomeType type, String id, boolean newId, Runnable leave) {
    return Behaviors.setup(actor -> new HomeActor(type, id, newId, leave, actor));
  }

  private HomeActor(HomeType type, String id, boolean newId, Runnable leave, ActorContext<Message> actor) {
    super(PersistenceId.of(type.name(), id), RECOVER);
    this.newStreams = NewStreams.of(actor.getSystem());
    if (newId) {
      newStreams.announce(persistenceId().id());
    } else {
      newStreams.withdraw(persistenceId().id());
    }
    this.type = type;
    this.id = id;
    this.leave = leave;
    this.actor = actor;
    this.self = actor.getSelf();
    type.processes().forEach(process -> processes.add(new ProcessPart<>(process)));
    type.aggregates().forEach(aggregate -> aggregates.add(new AggregatePart<>(aggregate)));
    parts.addAll(processes);
    parts.addAll(aggregates);
  }

  @Override
  public States emptyState() {
    return new States(parts.stream().map(part -> part.initialState).toList());
  }

  @Override
  public CommandHandler<Message, EventGroup, States> commandHandler() {
    return (state, message) -> {
      if (message == Message.Signal.LEAVE) {
        processes.forEach(part -> part.process.leaving());
        return Effect().stop();
      }
      if (message == Idle.INSTANCE) {
        leaveUnlessBusy();
        return Effect().none();
      }
      return turn(message);
    };
  }

  /** Applies groups that are read. The group that was just written is applied already. */
  @Override
  public EventHandler<States, EventGroup> eventHandler() {
    return (states, group) -> {
      if (group == writing) {
        return states();
      }
      List<Object> after = new ArrayList<>(states.ofParts());
      for (Object event : group.events()) {
        int part = indexOf(event);
        after.set(part, parts.get(part).next(after.get(part), event));
      }
      return new States(List.copyOf(after));
    };
  }

  private States states() {
    Object[] ofParts = new Object[parts.size()];
    for (int i = 0; i < ofParts.length; i++) {
      ofParts[i] = parts.get(i).state;
    }
    return new States(List.of(ofParts));
  }

  @Override
  public SignalHandler<States> signalHandler() {
    return newSignalHandlerBuilder().onSignal(RecoveryCompleted.instance(), this::recovered)
        .onSignal(PostStop.instance(), states -> newStreams.withdraw(persistenceId().id())).build();
  }

  @Override
  public Recovery recovery() {
    return NoSnapshots.RECOVERY;
  }

  @Override
  public EventAdapter<EventGroup, EventGroup> eventAdapter() {
    return new ManifestAdapter<>(EventGroup::manifest);
  }

  /** Runs after a start and after a failed write. In the second case this object and its parts live on. */
  private void recovered(States states) {
    unstored.clear();
    actors.clear();
    restOfTurn.clear();
    afterWrite.clear();
    mustWrite = false;
    writing = null;
    for (int i = 0; i < parts.size(); i++) {
      parts.get(i).state = states.ofParts().get(i);
    }
    processes.forEach(part -> part.process.recovered());
  }

  private Effect<EventGroup, States> turn(Message message) {
    turn = Thread.currentThread();
    actBy(message.actor());
    try {
      handle(message);
      for (Runnable next = restOfTurn.poll(); next != null; next = restOfTurn.poll()) {
        next.run();
      }
    } finally {
      turn = null;
    }
    List<Runnable> after = afterWrite;
    afterWrite = new ArrayList<>();
    if (!mustWrite) {
      after.forEach(Runnable::run);
      return Effect().none();
    }
    mustWrite = false;
    writing = new EventGroup(List.copyOf(unstored), EventGroup.actors(actors), manifest());
    processes.forEach(part -> part.process.writing());
    return Effect().persist(writing).thenRun(stored -> {
      writing = null;
      unstored.clear();
      actors.clear();
      processes.forEach(part -> part.process.written());
      after.forEach(Runnable::run);
    });
  }

  private String manifest() {
    StringBuilder words = new StringBuilder();
    for (ProcessPart<?, ?, ?> part : processes) {
      words.append(words.isEmpty() ? "" : " ").append(part.manifest());
    }
    String manifest = words.toString();
    for (ProcessPart<?, ?, ?> part : processes) {
      manifest = EventGroup.withNote(manifest, part.note());
    }
    return manifest;
  }

  private void actBy(String actor) {
    onBehalfOf = actor == null ? "" : actor;
  }

  private void handle(Message message) {
    if (message instanceof Turn next) {
      next.action().run();
    } else if (message instanceof Message.Ask<?, ?> ask) {
      answer(ask);
    } else {
      for (ProcessPart<?, ?, ?> part : processes) {
        part.offer(message);
      }
    }
  }

  @SuppressWarnings("unchecked") // Clients of this type send no other commands.
  private <C, R> void answer(Message.Ask<C, R> ask) {
    AggregatePart<C, ?, ?, R> part = (AggregatePart<C, ?, ?, R>) find(ask.aggregate());
    if (part == null) {
      // The caller's mistake: an exception here would stop the home, and its active saga with it.
      String mistake = noAggregate(ask.aggregate());
      actor.getLog().error("{}: {}", id, mistake);
      ask.fail(mistake);
      return;
    }
    Decision<?, R> decision = part.decide(ask.command());
    afterWrite.add(() -> ask.answer(decision));
  }

  @Override
  @SuppressWarnings("unchecked") // A name stands for one type.
  public <C, E, S, R> R decide(AggregateType<C, E, S, R> aggregate, C command) {
    requireTurn();
    AggregatePart<C, E, S, R> part = (AggregatePart<C, E, S, R>) find(aggregate.name());
    if (part == null) {
      throw new IllegalArgumentException(noAggregate(aggregate.name()));
    }
    Decision<E, R> decision = part.decide(command);
    if (decision.rejection() != null) {
      throw decision.rejection().exception();
    }
    return decision.reply();
  }

  @Override
  public <M extends Message> void tell(ProcessType<M, ?, ?> process, M message) {
    requireTurn();
    processes.forEach(part -> part.offer(message));
  }

  /** The aggregate of that name; null if there is none. */
  private AggregatePart<?, ?, ?, ?> find(String name) {
    for (AggregatePart<?, ?, ?, ?> part : aggregates) {
      if (part.aggregateType.name().equals(name)) {
        return part;
      }
    }
    return null;
  }

  private String noAggregate(String name) {
    return type.name() + " has no aggregate " + name;
  }

  private int indexOf(Object event) {
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).events.isInstance(event)) {
        return i;
      }
    }
    throw new IllegalStateException(type.name() + " has no part with events such as " + event.getClass().getSimpleName());
  }

  private void record(Part part, Object event) {
    requireTurn();
    unstored.add(event);
    actors.add(onBehalfOf);
    part.state = part.next(part.state, event);
  }

  /** Between turns nothing would store what is recorded; on another thread it would be lost or doubled. */
  private void requireTurn() {
    if (turn != Thread.currentThread()) {
      throw new IllegalStateException(type.name() + " " + id + " is used outside of its turn");
    }
  }

  private void leaveUnlessBusy() {
    if (processes.stream().noneMatch(part -> part.process.isBusy())) {
      leave.run();
    }
  }

  /** One part and its state, in which all events are applied. */
  private abstract static class Part {

    final Class<?> events;
    final Object initialState;
    Object state;

    Part(Class<?> events, Object initialState) {
      this.events = events;
      this.initialState = initialState;
      this.state = initialState;
    }

    abstract Object next(Object before, Object event);
  }

  @SuppressWarnings("unchecked") // Its state and events have the types of its aggregate.
  private final class AggregatePart<C, E, S, R> extends Part {

    private final AggregateType<C, E, S, R> aggregateType;
    private final Aggregate<C, E, S, R> aggregate;

    AggregatePart(AggregateType<C, E, S, R> aggregateType) {
      this(aggregateType, aggregateType.create().apply(id));
    }

    private AggregatePart(AggregateType<C, E, S, R> aggregateType, Aggregate<C, E, S, R> aggregate) {
      super(aggregateType.events(), aggregate.initialState());
      this.aggregateType = aggregateType;
      this.aggregate = aggregate;
    }

    Decision<E, R> decide(C command) {
      Decision<E, R> decision = aggregate.decide((S) state, command);
      decision.events().forEach(event -> record(this, event));
      mustWrite |= !decision.events().isEmpty();
      return decision;
    }

    @Override
    Object next(Object before, Object event) {
      return aggregate.apply((S) before, (E) event);
    }
  }

  @SuppressWarnings("unchecked") // Its state, messages and events have the types of its process.
  private final class ProcessPart<M extends Message, E, S> extends Part implements ProcessContext<E, S> {

    private final ProcessType<M, E, S> processType;
    private final Process<M, E, S> process;

    ProcessPart(ProcessType<M, E, S> processType) {
      super(processType.events(), processType.initialState());
      this.processType = processType;
      this.process = processType.create().apply(this);
    }

    void offer(Message message) {
      if (processType.messages().isInstance(message)) {
        process.receive((M) message);
      }
    }

    String manifest() {
      List<E> own = new ArrayList<>(unstored.size());
      for (Object event : unstored) {
        if (events.isInstance(event)) {
          own.add((E) event);
        }
      }
      return process.manifest((S) state, own);
    }

    String note() {
      return process.note((S) state);
    }

    @Override
    Object next(Object before, Object event) {
      return process.apply((S) before, (E) event);
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public S state() {
      return (S) state;
    }

    @Override
    public void onBehalfOf(String actor) {
      requireTurn();
      actBy(actor);
    }

    @Override
    public void record(E event) {
      HomeActor.this.record(this, event);
      mustWrite = true;
    }

    @Override
    public void defer(E event) {
      HomeActor.this.record(this, event);
    }

    @Override
    public void flush() {
      mustWrite |= !unstored.isEmpty();
    }

    @Override
    public void afterWrite(Runnable action) {
      afterWrite.add(action);
    }

    @Override
    public void onceStored(Runnable action) {
      if (mustWrite) {
        afterWrite.add(() -> self.tell(new Turn(action)));
      } else {
        action.run();
      }
    }

    @Override
    public void execute(Runnable action) {
      if (turn == Thread.currentThread()) {
        restOfTurn.add(action);
      } else {
        self.tell(new Turn(action));
      }
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable action) {
      return actor.getSystem().scheduler().scheduleOnce(delay, () -> self.tell(new Turn(action)), actor.getSystem().executionContext());
    }

    @Override
    public void leaveWhenIdle() {
      actor.setReceiveTimeout(type.keepInMemory(), Idle.INSTANCE);
    }

    @Override
    public void leave() {
      leaveUnlessBusy();
    }

    @Override
    public void stay() {
      actor.cancelReceiveTimeout();
    }

    @Override
    public Home home() {
      return HomeActor.this;
    }

    @Override
    public ActorSystem<?> system() {
      return actor.getSystem();
    }
  }
}
