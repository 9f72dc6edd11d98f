package io.orderflow.saga;

import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orderflow.saga.SagaCommand.Answered;
import io.orderflow.saga.SagaCommand.BackoffOver;
import io.orderflow.saga.SagaCommand.TimedOut;
import io.orderflow.saga.SagaEvent.Begins;
import io.orderflow.saga.StepRecord.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the services and tells the actor each outcome as a message: {@link Answered}, {@link TimedOut} or {@link BackoffOver}. It decides
 * nothing and records nothing. Not thread-safe: {@link Saga} owns it.
 *
 * <p>At most two calls are in flight: the current one, and one that is made concurrently with it. Every call has a number. A message with
 * any other number than the current one is late and is ignored.
 */
final class InFlightCalls<I> {

  private static final Logger LOG = LoggerFactory.getLogger(InFlightCalls.class);

  private record ConcurrentCall(StepRecord step, long number) {}

  private final SagaContext<I> context;
  private final ActorContext<SagaCommand> actor;
  private final TimerScheduler<SagaCommand> timers;

  private long lastNumber;
  /** The number of the current call, or of its next attempt. */
  private long current;
  /** Whether the service has answered {@link StepResult.Pending} to the current call. */
  private boolean pending;
  /** The call made concurrently with the current one; null for none. */
  private ConcurrentCall concurrent;
  /** The answer to the concurrent call, if it came before the current call's; null otherwise. */
  private Answered early;
  /** The saga's input, once it has been read from JSON. */
  private I input;

  InFlightCalls(SagaContext<I> context, ActorContext<SagaCommand> actor, TimerScheduler<SagaCommand> timers) {
    this.context = context;
    this.actor = actor;
    this.timers = timers;
  }

  /**
   * Makes the call that is under way, unless it was made concurrently with the call before it.
   *
   * @param together the call to make concurrently with it, unless that one is in flight already
   * @param latestStart a call's time limit counts from now, but never from later than this
   */
  void make(SagaState saga, Optional<Begins> together, Instant latestStart) {
    giveUp();
    Instant now = context.now();
    Instant validFrom = now.isBefore(latestStart) ? now : latestStart;
    StepRecord step = saga.underWay().orElseThrow();
    if (concurrent != null && concurrent.step().isSameCallAs(step)) {
      awaitConcurrent();
    } else {
      if (step.kind() == Kind.COMPENSATION) {
        forgetConcurrent();
      }
      call(step, current, saga, validFrom);
    }
    timers.startSingleTimer(new TimedOut(current), context.policy(step).timeLimit());
    if (together.isPresent() && concurrent == null) {
      concurrent = new ConcurrentCall(StepRecord.begun(together.get(), context.now()), ++lastNumber);
      call(concurrent.step(), concurrent.number(), saga, validFrom);
    }
  }

  /** Sends {@link BackoffOver} after the pause, for the next attempt of the current call. */
  void repeatAfter(Duration pause) {
    timers.startSingleTimer(new BackoffOver(current), pause);
  }

  /** The current call is pending: sends {@link BackoffOver} after the pause, for the same call. */
  void askAfter(Duration pause) {
    giveUp();
    pending = true;
    repeatAfter(pause);
  }

  /** Ignores the outcome of the current call from now on. */
  void giveUp() {
    timers.cancelAll();
    pending = false;
    current = ++lastNumber;
  }

  /** Makes the concurrent call again when its step is under way, as if it had not been made. */
  void forgetConcurrent() {
    concurrent = null;
    early = null;
  }

  boolean isPending() {
    return pending;
  }

  boolean isCurrent(long number) {
    return number == current;
  }

  /** Whether this answers the current call. An answer to the concurrent call is kept, and told again when that call is the current one. */
  boolean accepts(Answered answer) {
    if (concurrent != null && concurrent.number() == answer.call()) {
      early = answer;
    }
    return isCurrent(answer.call());
  }

  /** The step that is called concurrently with the current one, if any. */
  List<String> concurrentStep() {
    return concurrent == null ? List.of() : List.of(concurrent.step().name());
  }

  /** The concurrent call is now the current one. */
  private void awaitConcurrent() {
    current = concurrent.number();
    if (early != null) {
      actor.getSelf().tell(early);
    }
    forgetConcurrent();
  }

  private void call(StepRecord step, long number, SagaState saga, Instant validFrom) {
    if (input == null) {
      input = context.definition().read(saga.input());
    }
    Instant validUntil = validFrom.plus(context.policy(step).timeLimit()).plus(context.settings().clockSkew());
    StepCall<I> call = new StepCall<>(context.id(), step.name(), step.attempts(), input, saga.results(), saga.startedAt(), validUntil,
        step.kind() == Kind.COMPENSATION ? Optional.ofNullable(saga.failure()) : Optional.empty());
    actor.pipeToSelf(send(step, call), (result, failure) ->
        new Answered(number, result, result == null ? String.valueOf(Sagas.reasonOf(failure)) : null));
  }

  private CompletionStage<StepResult> send(StepRecord record, StepCall<I> call) {
    Step<I> step = context.definition().get(record.name());
    try {
      return (record.kind() == Kind.COMPENSATION ? step.compensation() : step.action()).apply(call);
    } catch (RuntimeException defect) {
      LOG.error("saga {}: the service of {} threw an exception", context, record.name(), defect);
      return CompletableFuture.failedFuture(defect);
    }
  }
}
