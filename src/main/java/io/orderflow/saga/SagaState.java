package io.orderflow.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.saga.StepRecord.Kind;
import io.orderflow.saga.StepRecord.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The state of a saga, rebuilt from its events. Immutable; independent of the definition.
 *
 * @param input the input it was started with; null if the saga doesn't exist
 * @param state the status; null if the saga doesn't exist
 * @param failure why it compensates or has compensated; null otherwise
 * @param steps the calls in the order in which they were begun
 * @param startedAt when it was started
 * @param endedAt when it ended; null while it is active
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SagaState(JsonNode input, SagaStatus state, Failure failure, List<StepRecord> steps, Instant startedAt, Instant endedAt)
    implements CborSerializable {

  static final SagaState NONE = new SagaState(null, null, null, List.of(), null, null);

  boolean exists() {
    return state != null;
  }

  /** The call that has begun and not ended. */
  Optional<StepRecord> underWay() {
    for (StepRecord step : steps) {
      if (step.endedAt() == null) {
        return Optional.of(step);
      }
    }
    return Optional.empty();
  }

  /** The results of the completed actions, by step name. */
  Map<String, String> results() {
    Map<String, String> results = new HashMap<>();
    for (StepRecord step : steps) {
      if (step.kind() == Kind.ACTION && step.result() != null) {
        results.put(step.name(), step.result());
      }
    }
    return results;
  }

  boolean anyCompensationFailed() {
    return steps.stream().anyMatch(step -> step.status() == Status.COMPENSATION_FAILED);
  }

  /** The state after the event. */
  SagaState apply(SagaEvent event) {
    if (event instanceof SagaEvent.Started started) {
      return new SagaState(started.input(), started.leadsTo(), null,
          started.begins() == null ? List.of() : List.of(StepRecord.begun(started.begins(), started.at())), started.at(),
          started.leadsTo().isActive() ? null : started.at());
    }
    List<StepRecord> calls = new ArrayList<>(steps);
    UnaryOperator<StepRecord> outcome = outcomeOf(event);
    calls.replaceAll(step -> step.endedAt() == null ? outcome.apply(step) : step);
    if (event instanceof SagaEvent.CompensationRevoked revoked) {
      calls.replaceAll(step -> step.kind() == Kind.COMPENSATION && step.name().equals(revoked.step())
          ? step.ended(Status.COMPENSATION_FAILED, true, null, revoked.error(), revoked.at()) : step);
    }
    if (event.beyond() != null) {
      event.beyond().forEach(step -> calls.add(StepRecord.perhapsBegun(step, event.at())));
    }
    begin(calls, event);
    return new SagaState(input, event.leadsTo(), failure == null ? failureIn(event) : failure, List.copyOf(calls), startedAt,
        event.leadsTo().isActive() ? null : event.at());
  }

  private static UnaryOperator<StepRecord> outcomeOf(SagaEvent event) {
    if (event instanceof SagaEvent.StepCompleted done) {
      return step -> step.ended(step.kind() == Kind.COMPENSATION ? Status.COMPENSATED : Status.COMPLETED, false, done.result(),
          null, done.at());
    }
    if (event instanceof SagaEvent.AttemptFailed failed) {
      return step -> step.failedOnce(failed.error());
    }
    if (event instanceof SagaEvent.StepRefused refused) {
      return step -> step.ended(Status.REFUSED, refused.inDoubt(), null, refused.code() + ": " + refused.detail(), refused.at());
    }
    if (event instanceof SagaEvent.StepGivenUp givenUp) {
      return step -> step.ended(Status.FAILED, true, null, givenUp.error(), givenUp.at());
    }
    if (event instanceof SagaEvent.CancelRequested cancel) {
      return step -> step.ended(Status.CANCELLED, true, null, cancel.code() + ": " + cancel.detail(), cancel.at());
    }
    if (event instanceof SagaEvent.CompensationGivenUp givenUp) {
      return step -> step.ended(Status.COMPENSATION_FAILED, true, null, givenUp.error(), givenUp.at());
    }
    return UnaryOperator.identity();
  }

  private static void begin(List<StepRecord> calls, SagaEvent event) {
    if (event.begins() == null) {
      return;
    }
    for (int i = 0; i < calls.size(); i++) {
      StepRecord step = calls.get(i);
      if (step.status() == Status.COMPENSATION_FAILED && step.name().equals(event.begins().step())) {
        calls.set(i, step.retried());
        return;
      }
    }
    calls.add(StepRecord.begun(event.begins(), event.at()));
  }

  private Failure failureIn(SagaEvent event) {
    String step = underWay().map(StepRecord::name).orElse("");
    if (event instanceof SagaEvent.StepRefused refused) {
      return new Failure(step, refused.code(), refused.detail());
    }
    if (event instanceof SagaEvent.StepGivenUp givenUp) {
      return new Failure(step, givenUp.code(), givenUp.error());
    }
    if (event instanceof SagaEvent.CancelRequested cancel) {
      return new Failure(step, cancel.code(), cancel.detail());
    }
    return null;
  }
}
