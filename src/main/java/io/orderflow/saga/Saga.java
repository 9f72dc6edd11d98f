package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.eventsourcing.Process;
import io.orderflow.journal.EventGroup;
import io.orderflow.kernel.Rejection;
import io.orderflow.metrics.Meters;
import io.orderflow.saga.StepRecord.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One active saga: it calls the actions of its definition in order, and their compensations in reverse order when one fails. The package's
 * description says what holds after crashes.
 *
 * <p>The work runs in one direction. {@link SagaPlanner} decides the next event, the saga's home records it, {@link InFlightCalls} makes the
 * next call. The call's outcome comes back in a later turn, or in the same turn if the service lives in the same home. Only this class knows
 * all three.
 */
final class Saga<I> implements Process<SagaCommand, SagaEvent, SagaState> {

  private static final Logger LOG = LoggerFactory.getLogger(Saga.class);

  private final SagaContext<I> context;
  private final SagaPlanner<I> planner;
  private final RecordAge lastRecord;
  private final InFlightCalls<I> calls;
  private final SagaReplies replies = new SagaReplies();
  /** Clients' starts that wait for the archive. As few as clients that use one id at once. */
  private final Set<SagaCommand.Start> lookingUp = new HashSet<>();
  /** Whether an earlier incarnation may have made calls that are not on record. */
  private boolean recovered;
  /** Whether the saga has recorded nothing since the recovery: no call may be made yet. */
  private boolean mustResume;

  Saga(SagaContext<I> context) {
    this.context = context;
    this.planner = new SagaPlanner<>(context.definition());
    this.lastRecord = new RecordAge(context);
    this.calls = new InFlightCalls<>(context, this::outcome);
  }

  @Override
  public SagaState apply(SagaState saga, SagaEvent event) {
    return saga.apply(event);
  }

  /** The saga's status, by which {@link SagaRecovery} finds active sagas. */
  @Override
  public String manifest(SagaState saga, List<SagaEvent> events) {
    return saga.exists() ? saga.state().name() : EventGroup.NOTHING;
  }

  /** The position of a saga that an operator may look for; see {@link SagaPosition}. */
  @Override
  public String note(SagaState saga) {
    return saga.exists() ? SagaPosition.note(saga) : "";
  }

  @Override
  public boolean isBusy() {
    return isActive();
  }

  @Override
  public void writing() {
    lastRecord.writing();
  }

  @Override
  public void written() {
    lastRecord.written();
  }

  @Override
  public void recovered() {
    // Also if the saga doesn't exist: a step that answered at once during its start was lost with the failed write.
    calls.end();
    mustResume = isActive();
    if (!isActive()) {
      if (saga().exists()) {
        replies.ended(saga());
      }
      context.home().leaveWhenIdle();
      return;
    }
    LOG.info("saga {} resumes at {}", context, saga().underWay().map(StepRecord::name).orElse("its end"));
    recovered = true;
    context.home().execute(() -> {
      if (mustResume) {
        resume();
      }
    });
  }

  @Override
  public void leaving() {
    replies.moved();
    lookingUp.forEach(start -> start.reject(Rejection.moved()));
  }

  @Override
  public void receive(SagaCommand command) {
    if (command instanceof SagaCommand.Start start) {
      start(start);
    } else if (command instanceof SagaCommand.Get get) {
      get.replyTo().tell(SagaReplies.of(saga()));
    } else if (command instanceof SagaCommand.AwaitEnd await) {
      awaitEnd(await);
    } else if (command instanceof SagaCommand.Cancel cancel) {
      Optional<SagaEvent> event = planner.cancel(saga(), cancel.code(), cancel.detail(), alsoInDoubt(), context.now());
      recordOr(event, cancel.replyTo(), SagaReplies::notCancelled);
    } else if (command instanceof SagaCommand.Retry retry) {
      Optional<SagaEvent> event = planner.retry(saga(), context.now());
      event.ifPresent(retried -> LOG.info("saga {}: the failed compensations are retried", context));
      recordOr(event, retry.replyTo(), SagaReplies::notRetried);
    } else if (command instanceof SagaCommand.CompensationFailed failed) {
      compensationFailed(failed);
    } else if (command instanceof SagaCommand.RetryNow retry) {
      retryNow(retry);
    } else if (command instanceof SagaCommand.GetNextAttempt get) {
      get.replyTo().tell(StatusReply.success(new SagaCommand.NextAttempt(isActive() ? calls.repeatsAt() : null)));
    } else if (command == SagaCommand.AskAgain.INSTANCE) {
      if (calls.isPending() && isActive()) {
        call();
      }
    } else if (command == SagaCommand.Wake.INSTANCE && !isActive()) {
      // SagaRecovery has read that the saga is active. If it isn't, an older incarnation wrote after this one recovered: recover again.
      context.home().leave();
    }
  }

  // Clients' commands

  private void start(SagaCommand.Start start) {
    if (saga().exists()) {
      start.replyTo().tell(SagaReplies.of(saga()));
    } else if (start.newId()) {
      begin(start);
    } else {
      // The journal has no event of this id. Sagas go from the journal to the archive, never back: if there was one, it is there.
      lookingUp.add(start);
      context.archive().apply(context.id()).whenComplete((found, failure) ->
          context.home().execute(() -> lookedUp(start, found, failure)));
    }
  }

  private void lookedUp(SagaCommand.Start start, SagaState past, Throwable failure) {
    lookingUp.remove(start);
    if (saga().exists()) {
      start.replyTo().tell(SagaReplies.of(saga()));
    } else if (failure != null) {
      LOG.warn("saga {} can't be looked up in the archive: {}", context, failure.toString());
    } else if (past.exists()) {
      start.replyTo().tell(SagaReplies.of(past));
    } else {
      begin(start);
    }
  }

  private void begin(SagaCommand.Start start) {
    context.home().stay();
    context.home().onBehalfOf(start.actor());
    store(planner.start(start.input(), context.now()));
    StatusReply<SagaState> reply = StatusReply.success(saga());
    context.home().afterWrite(() -> start.replyTo().tell(reply));
    proceed();
  }

  private void awaitEnd(SagaCommand.AwaitEnd await) {
    if (!isActive() || !replies.await(await.replyTo())) {
      await.replyTo().tell(SagaReplies.of(saga()));
    }
  }

  private void recordOr(Optional<SagaEvent> event, ActorRef<StatusReply<SagaState>> client,
      Function<SagaState, StatusReply<SagaState>> otherwise) {
    if (event.isEmpty()) {
      client.tell(otherwise.apply(saga()));
      return;
    }
    store(event.get());
    StatusReply<SagaState> reply = StatusReply.success(saga());
    context.home().afterWrite(() -> client.tell(reply));
    proceed();
  }

  /** Nothing is recorded of the request itself: it changes only when the next attempt is made. */
  private void retryNow(SagaCommand.RetryNow retry) {
    boolean waits = isActive() && calls.repeatsAt() != null && saga().underWay().filter(step -> step.name().equals(retry.step())).isPresent();
    retry.replyTo().tell(waits ? StatusReply.success(saga()) : SagaReplies.notWaiting(saga()));
    if (waits) {
      backoffOver();
    }
  }

  private void compensationFailed(SagaCommand.CompensationFailed failed) {
    planner.revoked(saga(), failed.step(), failed.error(), context.now()).ifPresent(event -> {
      LOG.warn("saga {}: the compensation of {} failed after it had been reported as done: {}", context, failed.step(), failed.error());
      record(event);
    });
  }

  // Outcomes of calls: decide what follows

  private void outcome(InFlightCalls.Outcome outcome) {
    if (outcome.result() instanceof StepResult.Done done) {
      completed(planner.completed(saga(), done.result(), context.now()));
    } else if (outcome.result() instanceof StepResult.Refused rejection) {
      rejected(rejection);
    } else if (outcome.result() instanceof StepResult.Pending later) {
      pending(later);
    } else {
      failed(outcome.failure());
    }
  }

  private void completed(SagaEvent.StepCompleted event) {
    StepRecord step = saga().underWay().orElseThrow();
    if (planner.mayDefer(saga(), event) && (lastRecord.isFresh() || calls.isAtOnce(step))) {
      // Its time limit must not end the next call, which may have to wait for a write.
      calls.giveUp();
      context.home().defer(event);
      call();
      return;
    }
    store(event);
    if (step.kind() == Kind.RETRIABLE && !isActive()) {
      // Before the write: the steps have succeeded, and repeating this one after a crash changes nothing.
      replies.ended(saga());
    }
    proceed();
  }

  private void rejected(StepResult.Refused rejection) {
    if (saga().underWay().orElseThrow().kind() == Kind.ACTION) {
      record(planner.rejected(saga(), rejection.code(), rejection.detail(), rejection.partly() || recovered, alsoInDoubt(), context.now()));
    } else {
      failed(rejection.code() + ": " + rejection.detail());
    }
  }

  private void failed(String error) {
    StepRecord step = saga().underWay().orElseThrow();
    LOG.debug("saga {}: {} failed: {}", context, step.name(), error);
    record(planner.failed(saga(), error, context.policy(step), alsoInDoubt(), context.now()));
  }

  /** Records only what is deferred: the service itself has the pending call on record. */
  private void pending(StepResult.Pending later) {
    calls.askAfter(later.askAgainAfter(), this::backoffOver);
    context.home().flush();
  }

  private void backoffOver() {
    if (!isActive()) {
      return;
    }
    if (!calls.isPending() && !lastRecord.isFresh()) {
      resume();
    } else {
      call();
    }
  }

  /** The actions after the one under way that may have been called: any by an earlier incarnation, the concurrent one by this incarnation. */
  private List<String> alsoInDoubt() {
    return recovered ? saga().underWay().map(planner::actionsAfter).orElse(List.of()) : calls.concurrentStep();
  }

  // Record

  /** Records the event, and the deferred ones before it; then makes the next call or ends the saga. */
  private void record(SagaEvent event) {
    store(event);
    proceed();
  }

  /** Records that this incarnation goes on, then makes the call under way. */
  private void resume() {
    store(new SagaEvent.Resumed(saga().state(), context.now()));
    call();
  }

  private void store(SagaEvent event) {
    // Before the write: an answer that arrives during it must not count for the call that follows.
    calls.giveUp();
    mustResume = false;
    context.home().record(event);
  }

  // Call

  private void proceed() {
    if (!isActive()) {
      calls.end();
      SagaState ended = saga();
      context.home().afterWrite(() -> end(ended));
      return;
    }
    StepRecord step = saga().underWay().orElseThrow();
    if (step.failures() > 0) {
      calls.repeatAfter(context.backoff(step), this::backoffOver);
    } else {
      call();
    }
  }

  /**
   * Makes the call under way: at once if it affects only this home, otherwise as soon as its record is stored. A concurrent call that
   * affects only this home is stored with that record.
   */
  private void call() {
    StepRecord step = saga().underWay().orElseThrow();
    if (calls.isAtOnce(step)) {
      callNow();
      return;
    }
    planner.concurrentWith(step).ifPresent(calls::decideConcurrently);
    long number = calls.current();
    context.home().onceStored(() -> {
      if (calls.current() == number && isActive()) {
        callNow();
      }
    });
  }

  private void callNow() {
    // The service has a pending call on record and would know of its compensation: its repetition needs no fresh record.
    Instant latestStart = calls.isPending() ? Instant.MAX : lastRecord.freshUntil();
    calls.make(saga().underWay().flatMap(planner::concurrentWith), latestStart);
  }

  // End

  private void end(SagaState saga) {
    Duration duration = Duration.between(saga.startedAt(), saga.endedAt());
    // Sagas that went well are counted only: a log line for each would be thousands a second.
    if (saga.failure() != null) {
      LOG.info("saga {} {} in {} ms: {} at {}", context, saga.state(), duration.toMillis(), saga.failure().code(), saga.failure().step());
    }
    Meters.of(context.home().system()).timer("orderflow.sagas", "definition", context.definition().name(), "state", saga.state().name())
        .record(duration);
    replies.ended(saga);
    context.home().leaveWhenIdle();
  }

  private boolean isActive() {
    return saga().exists() && saga().state().isActive();
  }

  private SagaState saga() {
    return context.state();
  }
}
