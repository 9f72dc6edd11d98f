package io.orderflow.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.kernel.CborSerializable;
import java.time.Instant;
import java.util.List;

/**
 * The events of a saga. Each event has the outcome of the call that was under way and the call that is begun next. While all goes well,
 * several completed steps are stored in one write. After a crash, calls that are not on record are repeated or compensated.
 */
public sealed interface SagaEvent extends CborSerializable {

  /**
   * A call that the event begins.
   *
   * @param kind action, compensation or retriable step
   * @param step the step's name
   */
  record Begins(StepRecord.Kind kind, String step) {}

  /** The call that begins with this event; null if the saga has ended or waits for a retry. */
  Begins begins();

  /** The saga's status after this event. */
  SagaStatus leadsTo();

  Instant at();

  /** If the saga starts to compensate, the later actions that are in doubt because they may have been called too; null for none. */
  default List<String> beyond() {
    return null;
  }

  /** The saga exists. From here on it ends by itself, whatever crashes. */
  record Started(JsonNode input, Begins begins, SagaStatus leadsTo, Instant at) implements SagaEvent {}

  /**
   * An incarnation takes the saga over. Only the sequence number changes: from now on the journal rejects the writes of older incarnations.
   */
  record Resumed(SagaStatus leadsTo, Instant at) implements SagaEvent {
    @Override
    public Begins begins() {
      return null;
    }
  }

  /** The call under way has succeeded. */
  record StepCompleted(String result, Begins begins, SagaStatus leadsTo, Instant at) implements SagaEvent {}

  /** The call under way failed or was not answered in time. It is repeated after a back-off. */
  record AttemptFailed(String error, SagaStatus leadsTo, Instant at) implements SagaEvent {
    @Override
    public Begins begins() {
      return null;
    }
  }

  /**
   * The service rejected the action: the saga starts to compensate.
   *
   * @param inDoubt whether the action may have had an effect and must be compensated too
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StepRefused(String code, String detail, boolean inDoubt, List<String> beyond, Begins begins, SagaStatus leadsTo, Instant at)
      implements SagaEvent {}

  /** The last attempt of an action failed: the step is in doubt, and the saga starts to compensate. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StepGivenUp(String code, String error, List<String> beyond, Begins begins, SagaStatus leadsTo, Instant at)
      implements SagaEvent {}

  /** A client cancelled: the step under way is in doubt, and the saga starts to compensate. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record CancelRequested(String code, String detail, List<String> beyond, Begins begins, SagaStatus leadsTo, Instant at)
      implements SagaEvent {}

  /** The last attempt of a compensation failed. The remaining compensations follow. */
  record CompensationGivenUp(String error, Begins begins, SagaStatus leadsTo, Instant at) implements SagaEvent {}

  /** A compensation failed after its service had answered success. */
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

  /** An operator retries the failed compensations. */
  record RetryRequested(Begins begins, SagaStatus leadsTo, Instant at) implements SagaEvent {}
}
