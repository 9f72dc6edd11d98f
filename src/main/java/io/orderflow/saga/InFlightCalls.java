package io.orderflow.saga;

import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.TimerScheduler;
import io.orderflow.saga.SagaCommand.Answered;
import io.orderflow.saga.SagaCommand.BackoffOver;
import io.orderflow.saga.SagaCommand.TimedOut;
import io.orderflow.saga.StepRecord.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls that one incarnation of a saga makes, and their time limits. Each has a number, so that the answer to one that was given up is
 * known as late. Not for several threads: it belongs to one {@link Saga}.
 */
final class InFlightCalls<I> {

  private static final Logger LOG = LoggerFactory.getLogger(InFlightCalls.class);

  /** A call that was made together with the one before it. */
  private record Alongside(StepRecord step, long number) {}

  private final String id;
  private final SagaDefinition<I> definition;
  private final SagaPlanner<I> decisions;
  private final SagaSettings settings;
  private final Clock clock;
  private final ActorContext<SagaCommand> context;
  private final TimerScheduler<SagaCommand> timers;

  private long lastNumber;
  /** The call whose answer is awaited, or its repetition; any other number's answer is late, unless it is concurrently. */
  private long awaited;
  private Alongside concurrently;
  /** The answer to the one concurrently, when it came first. */
  private Answered early;
  private I input;
  private Instant validFrom;

  InFlightCalls(String id, SagaDefinition<I> definition, SagaPlanner<I> decisions, SagaSettings settings, Clock clock,
      ActorContext<SagaCommand> context, TimerScheduler<SagaCommand> timers) {
    this.id = id;
    this.definition = definition;
    this.decisions = decisions;
    this.settings = settings;
    this.clock = clock;
    this.context = context;
    this.timers = timers;
  }

  boolean isAwaited(long number) {
    return number == awaited;
  }

  /** Whether that is the answer to the call under way; an early one to the call concurrently is kept until its turn comes. */
  boolean takes(Answered answer) {
    if (concurrently != null && concurrently.number() == answer.call()) {
      early = answer;
    }
    return isAwaited(answer.call());
  }

  /** The action that was begun together with the one under way. */
  List<String> begunAlongside() {
    return concurrently == null ? List.of() : List.of(concurrently.step().name());
  }

  /** From here on no answer to the call under way is awaited. */
  void end() {
    timers.cancelAll();
    awaited = ++lastNumber;
  }

  /** Has the call under way made again after that time. */
  void againAfter(Duration pause) {
    timers.startSingleTimer(new BackoffOver(awaited), pause);
  }

  /**
   * Makes the call that is under way, unless it was made concurrently the last one, and the one that is made concurrently it.
   *
   * @param latest from when on a call is valid for its time limit: now, unless this is earlier
   */
  void make(SagaState present, Instant latest) {
    end();
    Instant now = clock.instant();
    validFrom = now.isBefore(latest) ? now : latest;
    StepRecord step = present.underWay().orElseThrow();
    timers.startSingleTimer(new TimedOut(takeUp(step, present)), settings.policy(definition.name(), step).timeLimit());
    SagaEvent.Begins next = decisions.concurrently(step);
    if (next != null && concurrently == null) {
      concurrently = new Alongside(StepRecord.begun(next, clock.instant()), ++lastNumber);
      call(concurrently.step(), concurrently.number(), present);
    }
  }

  /** @return the number of the call */
  private long takeUp(StepRecord step, SagaState present) {
    if (concurrently == null || !concurrently.step().isSameCallAs(step)) {
      if (step.kind() == Kind.COMPENSATION) {
        forgetAlongside();
      }
      call(step, awaited, present);
      return awaited;
    }
    awaited = concurrently.number();
    if (early != null) {
      context.getSelf().tell(early);
    }
    forgetAlongside();
    return awaited;
  }

  /** What was called concurrently must be called again when its turn comes, or undone. */
  void forgetAlongside() {
    concurrently = null;
    early = null;
  }

  private void call(StepRecord step, long number, SagaState present) {
    if (input == null) {
      input = definition.read(present.input());
    }
    StepCall<I> details = new StepCall<>(id, step.name(), step.attempts(), input, present.results(), present.startedAt(),
        validFrom.plus(settings.policy(definition.name(), step).timeLimit()).plus(settings.clockSkew()),
        step.kind() == Kind.COMPENSATION ? Optional.ofNullable(present.failure()) : Optional.empty());
    context.pipeToSelf(begin(step, details), (result, failure) ->
        new Answered(number, result, result == null ? String.valueOf(Sagas.reasonOf(failure)) : null));
  }

  private CompletionStage<StepResult> begin(StepRecord step, StepCall<I> details) {
    Step<I> calls = definition.get(step.name());
    try {
      return (step.kind() == Kind.COMPENSATION ? calls.compensation() : calls.action()).apply(details);
    } catch (RuntimeException defect) {
      LOG.error("saga {} {}: the service of {} failed to take the call", definition.name(), id, step.name(), defect);
      return CompletableFuture.failedFuture(defect);
    }
  }
}
