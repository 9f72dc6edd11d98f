package io.orderflow.saga;

import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Everything that the parts of one saga's actor share.
 *
 * @param id the saga's id
 * @param definition the saga's steps
 * @param settings time limits, retries and back-offs
 * @param clock the wall clock, for times that are stored or sent to services
 * @param steady a clock that never jumps, for ages
 * @param random draws the jitter of back-offs
 * @param archived reads this saga from the archive; {@link SagaState#NONE} if the archive doesn't have it
 * @param shard passivates the actor
 */
record SagaContext<I>(String id, SagaDefinition<I> definition, SagaSettings settings, Clock clock, Clock steady, RandomGenerator random,
    Supplier<CompletionStage<SagaState>> archived, ActorRef<ClusterSharding.ShardCommand> shard) {

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
    return definition.name() + " " + id;
  }
}
