package io.orderflow.saga;

import io.orderflow.saga.SagaEvent.Begins;
import io.orderflow.saga.StepRecord.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the services and reports each outcome in a turn of the saga's home. It decides nothing and records nothing. Not thread-safe:
 * {@link Saga} owns it.
 *
 * <p>At most two calls are in flight: the current one, and one that is made concurrently with it. Every call has a number. An outcome with
 * any other number than the current one is late and is ignored.
 */
final class InFlightCalls<I> {

  private static final Logger LOG = LoggerFactory.getLogger(InFlightCalls.class);

  /** The outcome of a call. @param result null if the call failed */
  record Outcome(long call, StepResult result, String failure) {}

  private record ConcurrentCall(StepRecord step, long number) {}

  private final SagaContext<I> context;
  private final Consumer<Outcome> report;
  private final Alarm alarm;

  private long lastNumber;
  /** The number of the current call, or of its next attempt. */
  private long current;
  /** Whether the service has answered {@link StepResult.Pending} to the current call. */
  private boolean pending;
  /** When the current call is made again; null if it is in flight. */
  private Instant repeatsAt;
  /** The call made concurrently with the current one; null for none. */
  private ConcurrentCall concurrent;
  /** The outcome of the concurrent call, if it came before the current call's; null otherwise. */
  private Outcome early;
  /** The saga's input, once it has been read from JSON. */
  private I input;

  /** @param report receives the outcome of the current call, in a turn */
  InFlightCalls(SagaContext<I> context, Consumer<Outcome> report) {
    this.context = context;
    this.report = report;
    this.alarm = new Alarm(context);
  }

  /**
   * Makes the call that is under way, unless it was made concurrently with the call before it. A call whose service answers at once
   * reports its outcome before this method returns.
   *
   * @param together the call to make concurrently with it, unless that one is in flight already
   * @param latestStart a call's time limit counts from now, but never from later than this
   */
  void make(Optional<Begins> together, Instant latestStart) {
    giveUp();
    Instant now = context.now();
    Instant validFrom = now.isBefore(latestStart) ? now : latestStart;
    StepRecord step = context.state().underWay().orElseThrow();
    if (concurrent != null && concurrent.step().isSameCallAs(step)) {
      awaitConcurrent(step);
      return;
    }
    if (step.kind() == Kind.COMPENSATION) {
      forgetConcurrent();
    }
    boolean atOnce = isAtOnce(step);
    if (!atOnce && together.isPresent() && concurrent == null) {
      concurrent = new ConcurrentCall(StepRecord.begun(together.get(), now), ++lastNumber);
    }
    if (!atOnce) {
      setTimeLimit(step);
    }
    call(step, current, validFrom);
    if (!atOnce && concurrent != null && early == null) {
      call(concurrent.step(), concurrent.number(), validFrom);
    }
  }

  /** Makes the call to be made concurrently with the current one, if its service answers at once. Its outcome is kept. */
  void decideConcurrently(Begins together) {
    StepRecord step = StepRecord.begun(together, context.now());
    if (concurrent == null && isAtOnce(step)) {
      concurrent = new ConcurrentCall(step, ++lastNumber);
      call(step, concurrent.number(), context.now());
    }
  }

  /** Whether the service of this call answers at once: nothing outside the saga's home is affected. */
  boolean isAtOnce(StepRecord step) {
    return context.definition().get(step.name()).call(step.kind()) instanceof Step.Call.AtOnce<I>;
  }

  /** Runs the action after the pause, unless the current call is given up: for its next attempt. */
  void repeatAfter(Duration pause, Runnable backoffOver) {
    repeatsAt = context.now().plus(pause);
    alarm.set(pause, backoffOver);
  }

  /** The current call is pending: runs the action after the pause, to make the same call. */
  void askAfter(Duration pause, Runnable backoffOver) {
    giveUp();
    pending = true;
    repeatAfter(pause, backoffOver);
  }

  /** Ignores the outcome of the current call from now on. */
  void giveUp() {
    alarm.clear();
    repeatsAt = null;
    pending = false;
    current = ++lastNumber;
  }

  /** Makes no further call. */
  void end() {
    giveUp();
    forgetConcurrent();
    alarm.stop();
  }

  /** Makes the concurrent call again when its step is under way, as if it had not been made. */
  void forgetConcurrent() {
    concurrent = null;
    early = null;
  }

  boolean isPending() {
    return pending;
  }

  /** When the current call is made again, after its back-off or because it is pending; null if it is in flight. */
  Instant repeatsAt() {
    return repeatsAt;
  }

  /** The number of the current call: it changes when the call is given up. */
  long current() {
    return current;
  }

  /** The step that is called concurrently with the current one, if any. */
  List<String> concurrentStep() {
    return concurrent == null ? List.of() : List.of(concurrent.step().name());
  }

  /** The concurrent call is now the current one. */
  private void awaitConcurrent(StepRecord step) {
    current = concurrent.number();
    Outcome known = early;
    forgetConcurrent();
    if (known != null) {
      report.accept(known);
    } else {
      setTimeLimit(step);
    }
  }

  private void setTimeLimit(StepRecord step) {
    long number = current;
    alarm.set(context.policy(step).timeLimit(), () -> outcome(new Outcome(number, null, "no answer within the time limit")));
  }

  /** Reports the outcome of the current call, and keeps the concurrent call's until that call is the current one. */
  private void outcome(Outcome outcome) {
    if (concurrent != null && concurrent.number() == outcome.call()) {
      early = outcome;
    } else if (outcome.call() == current) {
      report.accept(outcome);
    }
  }

  private void call(StepRecord step, long number, Instant validFrom) {
    SagaState saga = context.state();
    if (input == null) {
      input = context.definition().read(saga.input());
    }
    Instant validUntil = validFrom.plus(context.policy(step).timeLimit()).plus(context.settings().clockSkew());
    StepCall<I> call = new StepCall<>(context.id(), step.name(), step.attempts(), input, saga.results(), saga.startedAt(), validUntil,
        step.kind() == Kind.COMPENSATION ? Optional.ofNullable(saga.failure()) : Optional.empty(), context.home().home());
    Step.Call<I> service = context.definition().get(step.name()).call(step.kind());
    if (service instanceof Step.Call.AtOnce<I> here) {
      outcome(decide(step, number, here, call));
    } else {
      send(step, (Step.Call.Later<I>) service, call).whenComplete((result, failure) ->
          context.home().execute(() -> outcome(new Outcome(number, result, result == null ? String.valueOf(Sagas.reasonOf(failure)) : null))));
    }
  }

  private Outcome decide(StepRecord step, long number, Step.Call.AtOnce<I> here, StepCall<I> call) {
    try {
      return new Outcome(number, here.service().apply(call), null);
    } catch (RuntimeException rejection) {
      LOG.debug("saga {}: {} failed", context, step.name(), rejection);
      return new Outcome(number, null, Sagas.reasonOf(rejection));
    }
  }

  private CompletionStage<StepResult> send(StepRecord step, Step.Call.Later<I> service, StepCall<I> call) {
    try {
      return service.service().apply(call);
    } catch (RuntimeException defect) {
      LOG.error("saga {}: the service of {} threw an exception", context, step.name(), defect);
      return CompletableFuture.failedFuture(defect);
    }
  }
}
