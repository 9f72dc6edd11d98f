package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.pattern.StatusReply;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EffectBuilder;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.Recovery;
import akka.persistence.typed.javadsl.SignalHandler;
import io.orderflow.eventsourcing.Supervision;
import io.orderflow.journal.ManifestAdapter;
import io.orderflow.journal.NoSnapshots;
import io.orderflow.metrics.Meters;
import io.orderflow.saga.StepRecord.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One active saga: it calls the actions of its definition in order, and their compensations in reverse order when one fails. The package's
 * description says what holds after crashes.
 *
 * <p>The work runs in one direction. {@link SagaPlanner} decides the next event, {@link StepBuffer} records it, {@link InFlightCalls} makes the
 * next call. The call's outcome comes back as a message. Only this actor knows all three.
 */
final class Saga<I> extends EventSourcedBehavior<SagaCommand, SagaEvent, SagaState> {

  private static final Logger LOG = LoggerFactory.getLogger(Saga.class);

  private final SagaContext<I> context;
  private final ActorContext<SagaCommand> actor;
  private final SagaPlanner<I> planner;
  private final StepBuffer buffer;
  private final InFlightCalls<I> calls;
  private final SagaReplies replies = new SagaReplies();
  /** Whether an earlier incarnation may have made calls that are not on record. */
  private boolean recovered;
  /** Whether nothing has been written since the recovery: no call may be made yet. */
  private boolean mustResume;

  static <I> Behavior<SagaCommand> create(SagaContext<I> context) {
    return Behaviors.setup(actor -> Behaviors.withTimers(timers -> new Saga<>(context, actor, timers)));
  }

  private Saga(SagaContext<I> context, ActorContext<SagaCommand> actor, TimerScheduler<SagaCommand> timers) {
    super(PersistenceId.of(Sagas.entityType(context.definition().name()), context.id()),
        Supervision.RECOVER);
    this.context = context;
    this.actor = actor;
    this.planner = new SagaPlanner<>(context.definition());
    this.buffer = new StepBuffer(context);
    this.calls = new InFlightCalls<>(context, actor, timers);
  }

  @Override
  public SagaState emptyState() {
    return SagaState.NONE;
  }

  @Override
  public CommandHandler<SagaCommand, SagaEvent, SagaState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState()
        .onCommand(SagaCommand.Start.class, this::start)
        .onCommand(SagaCommand.LookedUp.class, this::lookedUp)
        .onCommand(SagaCommand.Get.class, get -> reply(get.replyTo()))
        .onCommand(SagaCommand.AwaitEnd.class, this::awaitEnd)
        .onCommand(SagaCommand.Cancel.class, this::cancel)
        .onCommand(SagaCommand.Retry.class, this::retry)
        .onCommand(SagaCommand.CompensationFailed.class, this::compensationFailed)
        .onCommand(SagaCommand.Resume.class, resume -> mustResume ? resume() : Effect().none())
        .onCommand(SagaCommand.Answered.class, this::answered)
        .onCommand(SagaCommand.TimedOut.class,
            limit -> calls.isCurrent(limit.call()) ? failed("no answer within the time limit") : Effect().none())
        .onCommand(SagaCommand.BackoffOver.class, this::backoffOver)
        .onCommand(SagaCommand.AskAgain.class, ask -> askAgain())
        // SagaRecovery has read that the saga is active. If it isn't, an older incarnation wrote after this one recovered: recover again.
        .onCommand(SagaCommand.Wake.class, wake -> passivateUnlessActive())
        .onCommand(SagaCommand.Idle.class, idle -> passivateUnlessActive())
        .onCommand(SagaCommand.Stop.class, stop -> Effect().stop())
        .build();
  }

  @Override
  public EventHandler<SagaState, SagaEvent> eventHandler() {
    return SagaState::apply;
  }

  @Override
  public SignalHandler<SagaState> signalHandler() {
    return newSignalHandlerBuilder().onSignal(RecoveryCompleted.instance(), this::recoveryCompleted).build();
  }

  @Override
  public Recovery recovery() {
    return NoSnapshots.RECOVERY;
  }

  /** Writes the saga's status into the journal's manifest column, where {@link SagaRecovery} finds active sagas. */
  @Override
  public EventAdapter<SagaEvent, SagaEvent> eventAdapter() {
    return new ManifestAdapter<>(event -> event.leadsTo().name());
  }

  /** Runs after a start and after a failed write. In the second case this object and its fields live on. */
  private void recoveryCompleted(SagaState saga) {
    buffer.recovered(saga);
    if (saga.exists() && saga.state().isActive()) {
      LOG.info("saga {} resumes at {}", context, saga.underWay().map(StepRecord::name).orElse("its end"));
      recovered = true;
      mustResume = true;
      calls.forgetConcurrent();
      calls.giveUp();
      actor.getSelf().tell(SagaCommand.Resume.INSTANCE);
    } else {
      actor.setReceiveTimeout(context.settings().keepInMemory(), SagaCommand.Idle.INSTANCE);
    }
  }

  // Clients' commands

  private Effect<SagaEvent, SagaState> start(SagaCommand.Start start) {
    if (saga().exists()) {
      return reply(start.replyTo());
    }
    if (!start.newId()) {
      // The journal has no event of this id. Sagas go from the journal to the archive, never back: if there was one, it is there.
      actor.pipeToSelf(context.archived().get(), (found, failure) -> new SagaCommand.LookedUp(start, found, failure));
      return Effect().none();
    }
    return begin(start);
  }

  private Effect<SagaEvent, SagaState> lookedUp(SagaCommand.LookedUp lookedUp) {
    SagaCommand.Start start = lookedUp.start();
    if (saga().exists()) {
      return reply(start.replyTo());
    }
    if (lookedUp.failure() != null) {
      LOG.warn("saga {} can't be looked up in the archive: {}", context, lookedUp.failure().toString());
      return Effect().none();
    }
    return lookedUp.past().exists() ? Effect().none().thenReply(start.replyTo(), none -> SagaReplies.of(lookedUp.past())) : begin(start);
  }

  private Effect<SagaEvent, SagaState> begin(SagaCommand.Start start) {
    context.definition().startWarmUps(context.id());
    actor.cancelReceiveTimeout();
    return record(planner.start(start.input(), context.now())).thenReply(start.replyTo(), StatusReply::success);
  }

  private Effect<SagaEvent, SagaState> awaitEnd(SagaCommand.AwaitEnd await) {
    boolean active = saga().exists() && saga().state().isActive();
    return active && replies.await(await.replyTo()) ? Effect().none() : reply(await.replyTo());
  }

  private Effect<SagaEvent, SagaState> cancel(SagaCommand.Cancel cancel) {
    Optional<SagaEvent> event = planner.cancel(saga(), cancel.code(), cancel.detail(), alsoInDoubt(), context.now());
    return event.isPresent() ? record(event.get()).thenReply(cancel.replyTo(), StatusReply::success)
        : Effect().none().thenReply(cancel.replyTo(), same -> SagaReplies.notCancelled(saga()));
  }

  private Effect<SagaEvent, SagaState> retry(SagaCommand.Retry retry) {
    Optional<SagaEvent> event = planner.retry(saga(), context.now());
    event.ifPresent(retried -> LOG.info("saga {}: the failed compensations are retried", context));
    return event.isPresent() ? record(event.get()).thenReply(retry.replyTo(), StatusReply::success)
        : Effect().none().thenReply(retry.replyTo(), same -> SagaReplies.notRetried(saga()));
  }

  private Effect<SagaEvent, SagaState> compensationFailed(SagaCommand.CompensationFailed failed) {
    Optional<SagaEvent> event = planner.revoked(saga(), failed.step(), failed.error(), context.now());
    if (event.isEmpty()) {
      return Effect().none();
    }
    LOG.warn("saga {}: the compensation of {} failed after it had been reported as done: {}", context, failed.step(), failed.error());
    return record(event.get());
  }

  private Effect<SagaEvent, SagaState> reply(ActorRef<StatusReply<SagaState>> client) {
    return Effect().none().thenReply(client, same -> SagaReplies.of(saga()));
  }

  // Outcomes of calls: decide what follows

  private Effect<SagaEvent, SagaState> answered(SagaCommand.Answered answer) {
    if (!calls.accepts(answer)) {
      return Effect().none();
    }
    if (answer.result() instanceof StepResult.Done done) {
      return completed(planner.completed(saga(), done.result(), context.now()));
    }
    if (answer.result() instanceof StepResult.Refused rejection) {
      return saga().underWay().orElseThrow().kind() == Kind.ACTION
          ? record(planner.rejected(saga(), rejection.code(), rejection.detail(), rejection.partly() || recovered, alsoInDoubt(),
              context.now()))
          : failed(rejection.code() + ": " + rejection.detail());
    }
    return answer.result() instanceof StepResult.Pending later ? pending(later) : failed(answer.failure());
  }

  private Effect<SagaEvent, SagaState> completed(SagaEvent.StepCompleted event) {
    if (planner.mayDefer(saga(), event) && buffer.isFresh()) {
      buffer.defer(event);
      call();
      return Effect().none();
    }
    if (saga().underWay().orElseThrow().kind() == Kind.RETRIABLE) {
      // Before the write: the steps have succeeded, and repeating this one after a crash changes nothing.
      replies.ended(saga().apply(event));
    }
    return record(event);
  }

  private Effect<SagaEvent, SagaState> failed(String error) {
    StepRecord step = saga().underWay().orElseThrow();
    LOG.debug("saga {}: {} failed: {}", context, step.name(), error);
    return record(planner.failed(saga(), error, context.policy(step), alsoInDoubt(), context.now()));
  }

  /** Records only what is buffered: the service itself has the pending call on record. */
  private Effect<SagaEvent, SagaState> pending(StepResult.Pending later) {
    if (buffer.isEmpty()) {
      calls.askAfter(later.askAgainAfter());
      return Effect().none();
    }
    return store(buffer.write()).thenRun(same -> calls.askAfter(later.askAgainAfter()));
  }

  private Effect<SagaEvent, SagaState> backoffOver(SagaCommand.BackoffOver over) {
    if (!calls.isCurrent(over.call()) || !saga().state().isActive()) {
      return Effect().none();
    }
    if (!calls.isPending() && !buffer.isFresh()) {
      return resume();
    }
    call();
    return Effect().none();
  }

  private Effect<SagaEvent, SagaState> askAgain() {
    if (calls.isPending() && saga().state().isActive()) {
      call();
    }
    return Effect().none();
  }

  /** The actions after the one under way that may have been called: any by an earlier incarnation, the concurrent one by this incarnation. */
  private List<String> alsoInDoubt() {
    return recovered ? saga().underWay().map(planner::actionsAfter).orElse(List.of()) : calls.concurrentStep();
  }

  // Record

  /** Stores the event, and the buffered ones before it; then makes the next call or ends the saga. */
  private EffectBuilder<SagaEvent, SagaState> record(SagaEvent event) {
    return store(buffer.write(event)).thenRun(this::proceed);
  }

  /** Records that this incarnation goes on, then makes the call under way at once. */
  private Effect<SagaEvent, SagaState> resume() {
    return store(buffer.write(new SagaEvent.Resumed(saga().state(), context.now()))).thenRun(same -> call());
  }

  private EffectBuilder<SagaEvent, SagaState> store(List<SagaEvent> events) {
    // Before the write: an answer that arrives during it must not count for the call that follows.
    calls.giveUp();
    return Effect().persist(events).thenRun(saga -> {
      mustResume = false;
      buffer.recorded(saga);
    });
  }

  // Call

  private void proceed(SagaState saga) {
    if (!saga.state().isActive()) {
      end(saga);
      return;
    }
    StepRecord step = saga.underWay().orElseThrow();
    if (step.failures() > 0) {
      calls.repeatAfter(context.backoff(step));
    } else {
      call();
    }
  }

  private void call() {
    // The service has a pending call on record and would know of its compensation: its repetition needs no fresh record.
    Instant latestStart = calls.isPending() ? Instant.MAX : buffer.freshUntil();
    calls.make(saga(), saga().underWay().flatMap(planner::concurrentWith), latestStart);
  }

  // End

  private void end(SagaState saga) {
    Duration duration = Duration.between(saga.startedAt(), saga.endedAt());
    // Sagas that went well are counted only: a log line for each would be thousands a second.
    if (saga.failure() != null) {
      LOG.info("saga {} {} in {} ms: {} at {}", context, saga.state(), duration.toMillis(), saga.failure().code(), saga.failure().step());
    }
    Meters.of(actor.getSystem()).timer("orderflow.sagas", "definition", context.definition().name(), "state", saga.state().name())
        .record(duration);
    replies.ended(saga);
    passivate();
  }

  private Effect<SagaEvent, SagaState> passivateUnlessActive() {
    if (!saga().exists() || !saga().state().isActive()) {
      passivate();
    }
    return Effect().none();
  }

  private void passivate() {
    context.shard().tell(new ClusterSharding.Passivate<>(actor.getSelf()));
  }

  /** The saga's state, with the buffered events applied. */
  private SagaState saga() {
    return buffer.state();
  }
}
