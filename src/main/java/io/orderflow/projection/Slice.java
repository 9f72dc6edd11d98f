package io.orderflow.projection;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.projection.HandlerRecoveryStrategy;
import akka.projection.Projection;
import akka.projection.ProjectionBehavior;
import akka.projection.jdbc.javadsl.JdbcProjection;
import akka.serialization.SerializationExtension;
import io.orderflow.journal.Database;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.journal.SharedReads;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.projection.GenerationManager.Entry;
import io.orderflow.projection.GenerationManager.Found;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one slice of a projection: the live generation and, during a rebuild, the next. It starts the runs that the database lists, and
 * restarts failed ones. It stops a run whose events fail too often and can't be parked, and leaves it to an operator; other slices and
 * projections continue.
 */
final class Slice<E> extends AbstractBehavior<Slice.Command> {

  sealed interface Command {}

  /** Stops the slice once all its runs have stopped. */
  enum Stop implements Command { INSTANCE }

  /** Starts the slice if it is not running. Otherwise it has no effect. */
  enum Wake implements Command, CborSerializable { INSTANCE }

  private enum Sync implements Command { INSTANCE }

  private record Synced(List<Entry> entries, Found found, Throwable failure) implements Command {}

  /** The stream of a run has failed. */
  record Failed(Run run, Throwable cause) implements Command {}

  /** A run has written events after a failure. */
  record Recovered(Run run) implements Command {}

  private record StartAgain(Run run) implements Command {}

  private static final Duration SYNC_INTERVAL = Duration.ofMillis(500);
  private static final Duration SYNC_SOON = Duration.ofMillis(20);
  private static final Logger LOG = LoggerFactory.getLogger(Slice.class);

  /** Runs the projection of one generation, across restarts after failures. */
  static final class Run {
    private final SliceId id;
    private ActorRef<ProjectionBehavior.Command> child;
    private int failuresInARow;
    private Optional<SliceFailure> failure = Optional.empty();
    private boolean onRecord;

    private Run(SliceId id) {
      this.id = id;
    }

    private boolean stopped() {
      return failure.filter(SliceFailure::stopped).isPresent();
    }

    private void is(Optional<SliceFailure> now) {
      failure = now;
      onRecord = false;
    }
  }

  private final ProjectionDefinition<E> view;
  private final int slice;
  private final Database database;
  private final SharedReads reads;
  private final ProjectionSettings settings;
  private final Clock clock;
  private final TimerScheduler<Command> timers;
  private final GenerationManager generations;
  private final Map<Long, Run> runs = new HashMap<>();
  private int incarnations;
  private boolean stopping;

  static <E> Behavior<Command> create(ProjectionDefinition<E> view, int slice, Database database, SharedReads reads, ProjectionSettings settings,
      Clock clock) {
    return Behaviors.supervise(Behaviors.<Command>setup(context -> Behaviors.withTimers(timers ->
            new Slice<>(context, timers, view, slice, database, reads, settings, clock))))
        .onFailure(SupervisorStrategy.restartWithBackoff(settings.minBackoff(), settings.maxBackoff(), 0.2));
  }

  private Slice(ActorContext<Command> context, TimerScheduler<Command> timers, ProjectionDefinition<E> view, int slice, Database database,
      SharedReads reads, ProjectionSettings settings, Clock clock) {
    super(context);
    this.view = view;
    this.slice = slice;
    this.database = database;
    this.reads = reads;
    this.settings = settings;
    this.clock = clock;
    this.timers = timers;
    this.generations = new GenerationManager(view, slice, clock);
    context.getSelf().tell(Sync.INSTANCE);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessageEquals(Sync.INSTANCE, this::sync)
        .onMessage(Synced.class, this::synced)
        .onMessageEquals(Wake.INSTANCE, () -> this)
        .onMessage(Failed.class, this::failed)
        .onMessage(Recovered.class, this::recovered)
        .onMessage(StartAgain.class, again -> start(again.run()))
        .onMessageEquals(Stop.INSTANCE, this::stop)
        .onSignal(Terminated.class, this::ended)
        .build();
  }

  private Behavior<Command> sync() {
    List<Entry> entries = runs.values().stream().filter(run -> !run.onRecord)
        .map(run -> new Entry(run.id.generation(), run.failure)).toList();
    getContext().pipeToSelf(database.async(connection -> generations.sync(connection, entries)),
        (found, failure) -> new Synced(entries, found, failure));
    return this;
  }

  private Behavior<Command> synced(Synced synced) {
    if (stopping) {
      return this;
    }
    boolean more = false;
    if (synced.failure() != null) {
      LOG.warn("Projection {}, slice {}: synchronising with the database failed: {}", view.name(), slice, synced.failure().toString());
    } else {
      for (Entry entry : synced.entries()) {
        Run run = runs.get(entry.generation());
        if (run != null && run.failure.equals(entry.failure())) {
          run.onRecord = true;
        }
      }
      follow(synced.found());
      more = synced.found().more();
    }
    timers.startSingleTimer(Sync.INSTANCE, more ? SYNC_SOON : SYNC_INTERVAL);
    return this;
  }

  private void follow(Found found) {
    for (Run run : List.copyOf(runs.values())) {
      if (!found.generations().contains(run.id.generation())) {
        LOG.info("{} has been replaced", run.id);
        end(run);
        runs.remove(run.id.generation());
      } else if (run.stopped() && run.onRecord && !found.stopped().contains(run.id.generation())) {
        LOG.info("{} resumes", run.id);
        run.is(Optional.empty());
        run.failuresInARow = 0;
        start(run);
      }
    }
    for (long generation : found.generations()) {
      if (!runs.containsKey(generation)) {
        Run run = new Run(new SliceId(view.name(), generation, slice));
        runs.put(generation, run);
        start(run);
      }
    }
  }

  private Behavior<Command> start(Run run) {
    if (!stopping && runs.get(run.id.generation()) == run && run.child == null) {
      run.child = getContext().spawn(ProjectionBehavior.create(projection(run)),
          "generation-" + run.id.generation() + "-" + ++incarnations);
      getContext().watch(run.child);
    }
    return this;
  }

  private Projection<Batch> projection(Run run) {
    BatchHandler<E> handler = new BatchHandler<>(
        new EventApplier<>(view, SerializationExtension.get(getContext().getSystem())), run.id, settings.maxParked(), clock);
    JournalSource source = new JournalSource(getContext().getSystem(), reads, this::isOurs, settings, clock, run.failure.isPresent(),
        () -> handler.prepare(database));
    // Akka must neither retry nor restart it: only this actor knows whether the same event fails again.
    return JdbcProjection.exactlyOnce(run.id.projection(), source, () -> ProjectionSession.open(database), () -> handler,
            getContext().getSystem())
        .withRecoveryStrategy(HandlerRecoveryStrategy.fail())
        .withRestartBackoff(settings.minBackoff(), settings.maxBackoff(), 0.2, 0)
        .withStatusObserver(new SliceObserver(run, handler, run.failuresInARow > 0, getContext().getSelf().narrow()));
  }

  private boolean isOurs(Row row) {
    return row.payload() != null && row.persistenceId().startsWith(view.entityType() + "|") && SliceId.of(row.persistenceId()) == slice;
  }

  private Behavior<Command> failed(Failed failed) {
    Run run = failed.run();
    if (stopping || runs.get(run.id.generation()) != run || run.child == null) {
      return this;
    }
    end(run);
    run.failuresInARow++;
    HandlerFailure thrown = handlerFailure(failed.cause());
    if (thrown == null) {
      LOG.warn("{} failed and is restarted: {}", run.id, failed.cause().toString());
    } else {
      int attempts = run.failure.filter(before -> before.event().equals(thrown.events())).map(SliceFailure::attempts).orElse(0) + 1;
      boolean giveUp = attempts >= settings.maxAttempts();
      run.is(Optional.of(new SliceFailure(thrown.events(), String.valueOf(thrown.getCause()), attempts, giveUp, clock.instant())));
      if (giveUp) {
        LOG.error("{} stops after {} attempts at {}", run.id, attempts, thrown.events(), thrown.getCause());
        return this;
      }
      LOG.warn("{} failed at {}, attempt {}: {}", run.id, thrown.events(), attempts, thrown.getCause().toString());
    }
    timers.startSingleTimer(run, new StartAgain(run), settings.backoff(run.failuresInARow));
    return this;
  }

  /** The projection's own failure; null if it has another cause or the database was only unavailable for a moment. */
  private static HandlerFailure handlerFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof HandlerFailure thrown) {
        return Database.isPassing(thrown) ? null : thrown;
      }
    }
    return null;
  }

  private Behavior<Command> recovered(Recovered recovered) {
    Run run = recovered.run();
    if (run.child != null) {
      run.failuresInARow = 0;
      if (run.failure.isPresent()) {
        run.is(Optional.empty());
      }
    }
    return this;
  }

  private void end(Run run) {
    if (run.child != null) {
      run.child.tell(ProjectionBehavior.stopMessage());
      run.child = null;
    }
  }

  private Behavior<Command> stop() {
    stopping = true;
    runs.values().forEach(this::end);
    return endedAll();
  }

  private Behavior<Command> ended(Terminated child) {
    return stopping ? endedAll() : this;
  }

  private Behavior<Command> endedAll() {
    // A run that is still stopping counts as a child until it has terminated.
    return new ArrayList<>(getContext().getChildren()).isEmpty() ? Behaviors.stopped() : this;
  }
}
