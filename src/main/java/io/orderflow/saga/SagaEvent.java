package io.orderflow.saga;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.kernel.CborSerializable;
import java.time.Instant;

/**
 * What happened to a saga. Each event tells the outcome of the call that was under way and, in the same write, which call is begun
 * next: so a call is on record before it can have an effect, and a saga of n steps costs n + 1 writes and no more.
 */
public sealed interface SagaEvent extends CborSerializable {

  /**
   * A call that the event begins.
   *
   * @param kind action, compensation or conclusion
   * @param step the step's name
   */
  record Begins(StepRecord.Kind kind, String step) {}

  /** The call that is begun with this event; null when none is: the saga ended or a retry is waited for. */
  Begins begins();

  /** Where the saga stands after this event. */
  SagaState leadsTo();

  Instant at();

  /** The saga exists: from here on it ends by itself, whatever crashes. */
  record Started(JsonNode input, Begins begins, SagaState leadsTo, Instant at) implements SagaEvent {}

  /** The call under way succeeded. */
  record StepCompleted(String result, Begins begins, SagaState leadsTo, Instant at) implements SagaEvent {}

  /** The call under way failed or was not answered in time; it is repeated. */
  record AttemptFailed(String error, SagaState leadsTo, Instant at) implements SagaEvent {
    @Override
    public Begins begins() {
      return null;
    }
  }

  /**
   * The action was refused: the saga turns round.
   *
   * @param inDoubt whether it must be compensated nevertheless
   */
  record StepRefused(String code, String detail, boolean inDoubt, Begins begins, SagaState leadsTo, Instant at)
      implements SagaEvent {}

  /** The last attempt of an action failed: the saga turns round, this step in doubt. */
  record StepGivenUp(String code, String error, Begins begins, SagaState leadsTo, Instant at) implements SagaEvent {}

  /** The client changed its mind: the saga turns round, the step under way in doubt. */
  record CancelRequested(String code, String detail, Begins begins, SagaState leadsTo, Instant at) implements SagaEvent {}

  /** The last attempt of a compensation failed; the remaining ones go on. */
  record CompensationGivenUp(String error, Begins begins, SagaState leadsTo, Instant at) implements SagaEvent {}

  /** An operator takes the failed compensations up again. */
  record RetryRequested(Begins begins, SagaState leadsTo, Instant at) implements SagaEvent {}
}
