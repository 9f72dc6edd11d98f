package io.orderflow.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/** A saga as clients and operators see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SagaView(String sagaId, String definition, SagaStatus state, String reason, String detail, Instant startedAt,
    Instant endedAt, List<StepView> steps) {

  /** One line of the log book. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record StepView(String name, StepRecord.Kind kind, StepRecord.Status status, int attempts, Instant startedAt,
      Instant endedAt, String error) {}

  /** The view of a saga that has come so far. */
  public static SagaView of(String sagaId, String definition, SagaState progress) {
    Failure failure = progress.failure();
    return new SagaView(sagaId, definition, progress.state(), failure == null ? null : failure.code(),
        failure == null ? null : failure.detail(), progress.startedAt(), progress.endedAt(),
        progress.steps().stream().map(step -> new StepView(step.name(), step.kind(), step.status(), step.attempts(),
            step.startedAt(), step.endedAt(), step.error())).toList());
  }
}
