package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
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
import io.orderflow.kernel.Rejection;
import io.orderflow.metrics.Meters;
import io.orderflow.saga.SagaCommand.Answered;
import io.orderflow.saga.SagaCommand.AskAgain;
import io.orderflow.saga.SagaCommand.AwaitEnd;
import io.orderflow.saga.SagaCommand.BackoffOver;
import io.orderflow.saga.SagaCommand.Cancel;
import io.orderflow.saga.SagaCommand.CompensationFailed;
import io.orderflow.saga.SagaCommand.Get;
import io.orderflow.saga.SagaCommand.Idle;
import io.orderflow.saga.SagaCommand.LookedUp;
import io.orderflow.saga.SagaCommand.Resume;
import io.orderflow.saga.SagaCommand.Retry;
import io.orderflow.saga.SagaCommand.Start;
import io.orderflow.saga.SagaCommand.TimedOut;
import io.orderflow.saga.SagaCommand.Wake;
import io.orderflow.saga.StepRecord.Kind;
import io.orderflow.journal.ManifestAdapter;
import io.orderflow.journal.NoSnapshots;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One saga under way: it carries out its definition's steps one after the other and undoes them in reverse when one fails. What to do next
 * is decided by {@link SagaPlanner}; this actor makes the calls, waits and retries.
 *
 * <p>It depends on nothing that is not in its events. After a crash it is started again by {@link SagaRecovery} and repeats the calls from
 * the one that its last record shows as under way: whether they had happened is not known, so every service answers repeats alike.
 *
 * <p>Two incarnations may live at once: a node was frozen and goes on, a write is still on its way when its client has given up. One that
 * has recovered, also after a failed write of its own, records {@link SagaEvent.Resumed} before its first call. From then on the journal
 * refuses what an older one tries to record, so an older one can't decide anything that the newer one's calls would contradict. When the
 * older one's record comes first, the newer one's is refused: it recovers again and goes on from that record, and has called nothing yet.
 * Calls of an older one may still arrive. Each is valid for a bounded time after the record that its saga had then, and services know
 * a compensation for longer than that. For the same reason a saga that pauses longer than {@link SagaSettings#deferRecordingFor} between two
 * attempts records that it goes on.
 *
 * <p>Therefore not every answer needs a write of its own. While all goes well, and the last record is not older than
 * {@link SagaSettings#deferRecordingFor}, an action follows an action and a conclusion a conclusion at once, and the answers are recorded together.
 * Everything else is on record before the next call is made: the start, that the last action has succeeded, since there is no way back
 * after it, a failure, a refusal, each compensation. A saga that came back and turns round undoes all that may have been done ahead.
 *
 * <p>A step that is called concurrently the one before it is under way once that one has succeeded, in its records too; what it answered
 * until then is kept.
 */
final class Saga<I> extends EventSourcedBehavior<SagaCommand, SagaEvent, SagaState> {

  /** Clients that wait for the same saga at once; a further one is answered with the present state. */
  private static final int MAX_WAITING = 64;
  private static final Logger LOG = LoggerFactory.getLogger(Saga.class);

  private final String id;
  private final SagaDefinition<I> definition;
  private final SagaPlanner<I> decisions;
  private final SagaSettings settings;
  private final Clock clock;
  private final RandomGenerator random;
  private final Supplier<CompletionStage<SagaState>> past;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final ActorContext<SagaCommand> context;

  private final List<ActorRef<StatusReply<SagaState>>> waiting = new ArrayList<>();
  private final InFlightCalls<I> calls;
  private final StepBuffer buffer;
  /** Whether calls of an earlier incarnation may have had effects that the log book doesn't show. */
  private boolean cameBack;
  /** Whether it has recovered and not written anything since. */
  private boolean resumes;
  /** Whether the service has said that the step's outcome will take a while. */
  private boolean pending;

  /**
   * @param clock what is written down and told to services
   * @param steady measures how old the last record is
   */
  static <I> Behavior<SagaCommand> create(String id, SagaDefinition<I> definition, SagaSettings settings, Clock clock,
      Clock steady, RandomGenerator random, Supplier<CompletionStage<SagaState>> past, ActorRef<ClusterSharding.ShardCommand> shard) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new Saga<>(id, definition, settings, clock, steady, random, past, shard, context, timers)));
  }

  private Saga(String id, SagaDefinition<I> definition, SagaSettings settings, Clock clock, Clock steady, RandomGenerator random,
      Supplier<CompletionStage<SagaState>> past, ActorRef<ClusterSharding.ShardCommand> shard, ActorContext<SagaCommand> context,
      TimerScheduler<SagaCommand> timers) {
    super(PersistenceId.of(Sagas.entityType(definition.name()), id), SupervisorStrategy
        .restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.id = id;
    this.definition = definition;
    this.decisions = new SagaPlanner<>(definition);
    this.settings = settings;
    this.clock = clock;
    this.random = random;
    this.past = past;
    this.shard = shard;
    this.context = context;
    this.calls = new InFlightCalls<>(id, definition, decisions, settings, clock, context, timers);
    this.buffer = new StepBuffer(settings.deferRecordingFor(), clock, steady);
  }

  @Override
  public SagaState emptyState() {
    return SagaState.NONE;
  }

  @Override
  public CommandHandler<SagaCommand, SagaEvent, SagaState> commandHandler() {
    return newCommandHandlerBuilder().forAnyState()
        .onCommand(Start.class, this::start)
        .onCommand(LookedUp.class, this::lookedUp)
        .onCommand(Get.class, get -> reply(get.replyTo()))
        .onCommand(AwaitEnd.class, this::awaitEnd)
        .onCommand(Cancel.class, this::cancel)
        .onCommand(Retry.class, this::retry)
        .onCommand(CompensationFailed.class, this::compensationFailed)
        .onCommand(Answered.class, this::answered)
        .onCommand(TimedOut.class, limit -> calls.isAwaited(limit.call()) ? failed("no answer within the time limit") : Effect().none())
        .onCommand(BackoffOver.class, this::callAgain)
        // Who wakes it has read that it should move. If it knows of nothing to do, a write of an older incarnation came after it recovered.
        .onCommand(Wake.class, wake -> leave())
        .onCommand(Resume.class, resume -> resumes ? resume() : Effect().none())
        .onCommand(AskAgain.class, now -> askAgain())
        .onCommand(Idle.class, idle -> leave())
        .onCommand(SagaCommand.Stop.class, stop -> Effect().stop())
        .build();
  }

  @Override
  public EventHandler<SagaState, SagaEvent> eventHandler() {
    return SagaState::apply;
  }

  @Override
  public SignalHandler<SagaState> signalHandler() {
    return newSignalHandlerBuilder().onSignal(RecoveryCompleted.instance(), saga -> {
      // Also after a write that failed, when this object lives on.
      buffer.recovered(saga);
      if (saga.exists() && saga.state().isActive()) {
        LOG.info("saga {} {} goes on at {}", definition.name(), id, saga.underWay().map(StepRecord::name).orElse("its end"));
        cameBack = true;
        resumes = true;
        calls.forgetAlongside();
        endCall();
        context.getSelf().tell(Resume.INSTANCE);
      } else {
        context.setReceiveTimeout(settings.keepInMemory(), Idle.INSTANCE);
      }
    }).build();
  }

  @Override
  public Recovery recovery() {
    return NoSnapshots.RECOVERY;
  }

  /** The journal's manifest column tells where the saga stands: {@link SagaRecovery} goes by it. */
  @Override
  public EventAdapter<SagaEvent, SagaEvent> eventAdapter() {
    return new ManifestAdapter<>(event -> event.leadsTo().name());
  }

  private Effect<SagaEvent, SagaState> start(Start start) {
    if (present().exists()) {
      return reply(start.replyTo());
    }
    if (!start.newId()) {
      // The journal has nothing of it, and what is moved to the archive was in the journal until then: it is there or nowhere.
      context.pipeToSelf(past.get(), (found, failure) -> new LookedUp(start, found, failure));
      return Effect().none();
    }
    return begin(start);
  }

  private Effect<SagaEvent, SagaState> lookedUp(LookedUp lookedUp) {
    if (present().exists()) {
      return reply(lookedUp.start().replyTo());
    }
    if (lookedUp.failure() != null) {
      LOG.warn("saga {} {} can't be looked up in the archive: {}", definition.name(), id, lookedUp.failure().toString());
      return Effect().none();
    }
    return lookedUp.past().exists() ? Effect().none().thenReply(lookedUp.start().replyTo(), none -> known(lookedUp.past()))
        : begin(lookedUp.start());
  }

  private Effect<SagaEvent, SagaState> begin(Start start) {
    definition.wake(id);
    context.cancelReceiveTimeout();
    buffer.writes();
    return Effect().persist(decisions.start(start.input(), now())).thenRun(this::proceed)
        .thenReply(start.replyTo(), StatusReply::success);
  }

  private Effect<SagaEvent, SagaState> awaitEnd(AwaitEnd await) {
    if (!present().exists() || !present().state().isActive() || waiting.size() == MAX_WAITING) {
      return reply(await.replyTo());
    }
    waiting.add(await.replyTo());
    return Effect().none();
  }

  private Effect<SagaEvent, SagaState> cancel(Cancel cancel) {
    Optional<SagaEvent> event = present().exists()
        ? decisions.cancel(present(), cancel.code(), cancel.detail(), begunBeyond(), now()) : Optional.empty();
    if (event.isPresent()) {
      return record(event.get()).thenReply(cancel.replyTo(), StatusReply::success);
    }
    boolean tooLate = present().state() == SagaStatus.RUNNING || present().state() == SagaStatus.COMPLETED;
    return tooLate ? Effect().none().thenReply(cancel.replyTo(), same -> tooLate().reply()) : reply(cancel.replyTo());
  }

  private Effect<SagaEvent, SagaState> retry(Retry retry) {
    Optional<SagaEvent> event = present().exists() ? decisions.retry(present(), now()) : Optional.empty();
    if (event.isPresent()) {
      LOG.info("saga {} {} is taken up again", definition.name(), id);
      return record(event.get()).thenReply(retry.replyTo(), StatusReply::success);
    }
    return present().exists() ? Effect().none().thenReply(retry.replyTo(), same -> nothingToRetry().reply()) : reply(retry.replyTo());
  }

  private Effect<SagaEvent, SagaState> compensationFailed(CompensationFailed failed) {
    Optional<SagaEvent> event = present().exists()
        ? decisions.revoked(present(), failed.step(), failed.error(), now()) : Optional.empty();
    if (event.isEmpty()) {
      return Effect().none();
    }
    LOG.warn("saga {} {}: {} could not be undone after all: {}", definition.name(), id, failed.step(), failed.error());
    return record(event.get());
  }

  private Effect<SagaEvent, SagaState> answered(Answered answer) {
    if (!calls.takes(answer)) {
      return Effect().none();
    }
    if (answer.result() instanceof StepResult.Done done) {
      return completed(decisions.completed(present(), done.result(), now()));
    }
    if (answer.result() instanceof StepResult.Refused refused) {
      return present().underWay().orElseThrow().kind() == Kind.ACTION
          ? record(decisions.refused(present(), refused.code(), refused.detail(), refused.partly() || cameBack, begunBeyond(), now()))
          : failed(refused.code() + ": " + refused.detail());
    }
    if (answer.result() instanceof StepResult.Pending later) {
      return takenOver(later);
    }
    return failed(answer.failure());
  }

  private Effect<SagaEvent, SagaState> completed(SagaEvent.StepCompleted event) {
    if (buffer.goAhead(event)) {
      makeCall();
      return Effect().none();
    }
    if (present().underWay().orElseThrow().kind() == Kind.CONCLUSION) {
      // All is done, and what is done again after a crash changes nothing any more.
      tellWaiting(present().apply(event));
    }
    return record(event);
  }

  /** The service has the call on record, and asking it again is what a crash would lead to as well; only what is ahead is recorded. */
  private Effect<SagaEvent, SagaState> takenOver(StepResult.Pending later) {
    if (!buffer.isAhead()) {
      askLater(later);
      return Effect().none();
    }
    endCall();
    buffer.writes();
    return Effect().persist(buffer.toRecord()).thenRun(saga -> {
      buffer.recorded(saga);
      askLater(later);
    });
  }

  /** Records that this incarnation is the one that goes on, then makes the call that is under way. */
  private Effect<SagaEvent, SagaState> resume() {
    endCall();
    buffer.writes();
    return Effect().persist(new SagaEvent.Resumed(present().state(), now())).thenRun(saga -> {
      resumes = false;
      buffer.recorded(saga);
      makeCall();
    });
  }

  private void askLater(StepResult.Pending later) {
    endCall();
    pending = true;
    calls.againAfter(later.askAgainAfter());
  }

  private Effect<SagaEvent, SagaState> failed(String error) {
    StepRecord step = present().underWay().orElseThrow();
    LOG.debug("saga {} {}: {} failed: {}", definition.name(), id, step.name(), error);
    return record(decisions.failed(present(), error, settings.policy(definition.name(), step), begunBeyond(), now()));
  }

  /** Stores the event, and before it what is ahead; then goes on. */
  private EffectBuilder<SagaEvent, SagaState> record(SagaEvent event) {
    // Before the write: no answer that comes meanwhile belongs to the call that follows.
    endCall();
    buffer.writes();
    return Effect().persist(buffer.toRecord(event)).thenRun(this::proceed);
  }

  private Effect<SagaEvent, SagaState> callAgain(BackoffOver over) {
    if (!calls.isAwaited(over.call()) || !present().state().isActive()) {
      return Effect().none();
    }
    if (pending) {
      return askAgain();
    }
    if (!buffer.isYoung()) {
      return resume();
    }
    makeCall();
    return Effect().none();
  }

  /** The service has this call on record, and would know of its compensation: there is no need to find out who else lives. */
  private Effect<SagaEvent, SagaState> askAgain() {
    if (pending && present().state().isActive()) {
      pending = false;
      calls.make(present(), Instant.MAX);
    }
    return Effect().none();
  }

  private Effect<SagaEvent, SagaState> leave() {
    if (!present().exists() || !present().state().isActive()) {
      passivate();
    }
    return Effect().none();
  }

  private void passivate() {
    shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
  }

  private Effect<SagaEvent, SagaState> reply(ActorRef<StatusReply<SagaState>> replyTo) {
    return Effect().none().thenReply(replyTo, saga -> known(present()));
  }

  private SagaState present() {
    return buffer.present();
  }

  private void proceed(SagaState saga) {
    resumes = false;
    buffer.recorded(saga);
    endCall();
    if (!saga.state().isActive()) {
      // What went well is told by the metrics: a line for each would be thousands a second.
      if (saga.failure() != null) {
        LOG.info("saga {} {} {} in {} ms: {} at {}", definition.name(), id, saga.state(),
            Duration.between(saga.startedAt(), saga.endedAt()).toMillis(), saga.failure().code(), saga.failure().step());
      }
      Meters.of(context.getSystem()).timer("orderflow.sagas", "definition", definition.name(), "state", saga.state().name())
          .record(Duration.between(saga.startedAt(), saga.endedAt()));
      tellWaiting(saga);
      passivate();
      return;
    }
    StepRecord step = saga.underWay().orElseThrow();
    if (step.failures() > 0) {
      calls.againAfter(settings.policy(definition.name(), step).backoff(step.failures(), random));
    } else {
      makeCall();
    }
  }

  private void tellWaiting(SagaState saga) {
    waiting.forEach(client -> client.tell(StatusReply.success(saga)));
    waiting.clear();
  }

  private void endCall() {
    calls.end();
    pending = false;
  }

  private void makeCall() {
    pending = false;
    calls.make(present(), buffer.callsUntil());
  }

  /** The actions after the one under way that may have been begun as well: by an earlier incarnation any, by this one what is concurrently. */
  private List<String> begunBeyond() {
    return cameBack ? present().underWay().map(decisions::actionsAfter).orElse(List.of()) : calls.begunAlongside();
  }

  private Instant now() {
    return clock.instant();
  }

  static Rejection tooLate() {
    return Rejection.conflict("TOO_LATE", "all steps have succeeded already");
  }

  static Rejection nothingToRetry() {
    return Rejection.conflict("NOTHING_TO_RETRY", "the saga has no failed compensation");
  }

  private static StatusReply<SagaState> known(SagaState saga) {
    return saga.exists() ? StatusReply.success(saga) : Rejection.notFound("SAGA_NOT_FOUND", "there is no such saga").reply();
  }
}
