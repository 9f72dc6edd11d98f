package io.orderflow.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/** A saga as clients and operators see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SagaView(String sagaId, String definition, SagaStatus state, String reason, String detail, Instant startedAt,
    Instant endedAt, List<StepView> steps) {

  /** One call of the saga. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record StepView(String name, StepRecord.Kind kind, StepRecord.Status status, int attempts, Instant startedAt,
      Instant endedAt, String error) {}

  /** The view of a saga in this state. */
  public static SagaView of(String sagaId, String definition, SagaState saga) {
    Failure failure = saga.failure();
    return new SagaView(sagaId, definition, saga.state(), failure == null ? null : failure.code(),
        failure == null ? null : failure.detail(), saga.startedAt(), saga.endedAt(),
        saga.steps().stream().map(step -> new StepView(step.name(), step.kind(), step.status(), step.attempts(),
            step.startedAt(), step.endedAt(), step.error())).toList());
  }
}
