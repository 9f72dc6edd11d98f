package io.orderflow.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.kernel.CborSerializable;
import java.time.Instant;
import java.util.List;

/**
 * What happened to a saga. Each event tells the outcome of the call that was under way and which call is begun next. A saga that goes
 * well records several of them at once ({@link StepsCompleted}): what its last record does not show is repeated, or undone, after a crash.
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
  SagaStatus leadsTo();

  Instant at();

  /** Where the saga turns round after a crash, the further actions that may have been begun before it; null for none. */
  default List<String> beyond() {
    return null;
  }

  /** The saga exists: from here on it ends by itself, whatever crashes. */
  record Started(JsonNode input, Begins begins, SagaStatus leadsTo, Instant at) implements SagaEvent {}

  /**
   * An incarnation goes on with the saga from here. It changes nothing but the sequence number: whatever an older incarnation still tries
   * to record is refused by the journal from now on.
   */
  record Resumed(SagaStatus leadsTo, Instant at) implements SagaEvent {
    @Override
    public Begins begins() {
      return null;
    }
  }

  /** The call under way succeeded. */
  record StepCompleted(String result, Begins begins, SagaStatus leadsTo, Instant at) implements SagaEvent {}

  /** Several calls succeeded, one after the other. */
  record StepsCompleted(List<StepCompleted> completions) implements SagaEvent {

    /** As one event; of a single one there is no list. */
    static SagaEvent of(List<StepCompleted> completions) {
      return completions.size() == 1 ? completions.get(0) : new StepsCompleted(List.copyOf(completions));
    }

    @Override
    public Begins begins() {
      return last().begins();
    }

    @Override
    public SagaStatus leadsTo() {
      return last().leadsTo();
    }

    @Override
    public Instant at() {
      return last().at();
    }

    private StepCompleted last() {
      return completions.get(completions.size() - 1);
    }
  }

  /** The call under way failed or was not answered in time; it is repeated. */
  record AttemptFailed(String error, SagaStatus leadsTo, Instant at) implements SagaEvent {
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
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StepRefused(String code, String detail, boolean inDoubt, List<String> beyond, Begins begins, SagaStatus leadsTo, Instant at)
      implements SagaEvent {}

  /** The last attempt of an action failed: the saga turns round, this step in doubt. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StepGivenUp(String code, String error, List<String> beyond, Begins begins, SagaStatus leadsTo, Instant at)
      implements SagaEvent {}

  /** The client changed its mind: the saga turns round, the step under way in doubt. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record CancelRequested(String code, String detail, List<String> beyond, Begins begins, SagaStatus leadsTo, Instant at)
      implements SagaEvent {}

  /** The last attempt of a compensation failed; the remaining ones go on. */
  record CompensationGivenUp(String error, Begins begins, SagaStatus leadsTo, Instant at) implements SagaEvent {}

  /** A compensation that the service had taken over as good as done could not be made after all. */
  record CompensationRevoked(String step, String error, Instant at) implements SagaEvent {
    @Override
    public Begins begins() {
      return null;
    }

    @Override
    public SagaStatus leadsTo() {
      return SagaStatus.COMPENSATION_FAILED;
    }
  }

  /** An operator takes the failed compensations up again. */
  record RetryRequested(Begins begins, SagaStatus leadsTo, Instant at) implements SagaEvent {}
}
