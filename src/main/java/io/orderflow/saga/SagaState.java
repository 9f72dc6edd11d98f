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
 * How far a saga has come: its state, rebuilt from its events. Immutable; knows nothing of the definition.
 *
 * @param input what it was started with; null when there is no such saga
 * @param state where it stands
 * @param failure why it turned round; null while it goes forward
 * @param steps the log book, in the order in which the calls were begun
 * @param startedAt when it was started
 * @param endedAt when it came to rest; null while it moves
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SagaState(JsonNode input, SagaStatus state, Failure failure, List<StepRecord> steps, Instant startedAt, Instant endedAt)
    implements CborSerializable {

  static final SagaState NONE = new SagaState(null, null, null, List.of(), null, null);

  boolean exists() {
    return state != null;
  }

  /** The call that was begun and has not ended. */
  Optional<StepRecord> underWay() {
    return steps.stream().filter(step -> step.endedAt() == null).findFirst();
  }

  /** What the completed actions answered, by step name. */
  Map<String, String> results() {
    Map<String, String> results = new HashMap<>();
    steps.stream().filter(step -> step.kind() == Kind.ACTION && step.result() != null)
        .forEach(step -> results.put(step.name(), step.result()));
    return results;
  }

  boolean anyCompensationFailed() {
    return steps.stream().anyMatch(step -> step.status() == Status.COMPENSATION_FAILED);
  }

  /** The state after the event: the one place where events have meaning. */
  SagaState apply(SagaEvent event) {
    if (event instanceof SagaEvent.Started started) {
      return new SagaState(started.input(), started.leadsTo(), null,
          started.begins() == null ? List.of() : List.of(StepRecord.begun(started.begins(), started.at())), started.at(),
          started.leadsTo().isActive() ? null : started.at());
    }
    if (event instanceof SagaEvent.StepsCompleted several) {
      SagaState progress = this;
      for (SagaEvent completed : several.completions()) {
        progress = progress.apply(completed);
      }
      return progress;
    }
    List<StepRecord> log = new ArrayList<>(steps);
    UnaryOperator<StepRecord> outcome = outcomeOf(event);
    log.replaceAll(step -> step.endedAt() == null ? outcome.apply(step) : step);
    if (event instanceof SagaEvent.CompensationRevoked revoked) {
      log.replaceAll(step -> step.kind() == Kind.COMPENSATION && step.name().equals(revoked.step())
          ? step.ended(Status.COMPENSATION_FAILED, true, null, revoked.error(), revoked.at()) : step);
    }
    if (event.beyond() != null) {
      event.beyond().forEach(step -> log.add(StepRecord.perhapsBegun(step, event.at())));
    }
    begin(log, event);
    return new SagaState(input, event.leadsTo(), failure == null ? failureIn(event) : failure, List.copyOf(log), startedAt,
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

  private static void begin(List<StepRecord> log, SagaEvent event) {
    if (event.begins() == null) {
      return;
    }
    for (int i = 0; i < log.size(); i++) {
      StepRecord step = log.get(i);
      if (step.status() == Status.COMPENSATION_FAILED && step.name().equals(event.begins().step())) {
        log.set(i, step.takenUpAgain());
        return;
      }
    }
    log.add(StepRecord.begun(event.begins(), event.at()));
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
