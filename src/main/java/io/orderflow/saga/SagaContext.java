package io.orderflow.saga;

import io.orderflow.eventsourcing.ProcessContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Everything that the parts of one saga share.
 *
 * @param definition the saga's steps
 * @param settings time limits, retries and back-offs
 * @param clock the wall clock, for times that are stored or sent to services
 * @param steady a clock that never jumps, for ages
 * @param random draws the jitter of back-offs
 * @param archive reads a saga from the archive by its id; {@link SagaState#NONE} if the archive doesn't have it
 * @param home where the saga lives: it holds the state, stores the events and runs the turns
 */
record SagaContext<I>(SagaDefinition<I> definition, SagaSettings settings, Clock clock, Clock steady, RandomGenerator random,
    Function<String, CompletionStage<SagaState>> archive, ProcessContext<SagaEvent, SagaState> home) {

  String id() {
    return home.id();
  }

  /** The saga's state after all its events, stored or not. */
  SagaState state() {
    return home.state();
  }

  Instant now() {
    return clock.instant();
  }

  StepPolicy policy(StepRecord step) {
    return settings.policy(definition.name(), step);
  }

  /** The pause before the next attempt of a step that has failed. */
  Duration backoff(StepRecord step) {
    return policy(step).backoff(step.failures(), random);
  }

  /** The saga's name in log lines: definition and id. */
  @Override
  public String toString() {
    return definition.name() + " " + id();
  }
}
