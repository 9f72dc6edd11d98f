package io.orderflow.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * One line of a saga's log book: an action, a compensation or a conclusion that was begun.
 *
 * @param name the step's name
 * @param kind which of its calls
 * @param status how it went
 * @param attempts the calls made, the one under way or scheduled included
 * @param failures the calls that failed since it was begun or taken up again
 * @param inDoubt whether the call may have had an effect although no answer said so
 * @param startedAt when it was begun
 * @param endedAt when it ended; null while it runs
 * @param result what it answered, if anything
 * @param error the last failure or the refusal, for operators
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StepRecord(String name, Kind kind, Status status, int attempts, int failures, boolean inDoubt, Instant startedAt,
    Instant endedAt, String result, String error) {

  /** The sorts of call. */
  public enum Kind { ACTION, COMPENSATION, @JsonProperty("CONCLUSION") RETRIABLE }

  /** How a call went. */
  public enum Status {
    /** An action or conclusion that was begun. */
    RUNNING,
    COMPLETED,
    /** The business said no. */
    REFUSED,
    /** Every retry failed. */
    FAILED,
    /** Given up because the client cancelled. */
    CANCELLED,
    /** An action that may have been begun before a crash; it is undone like one that was. */
    IN_DOUBT,
    /** A compensation that was begun. */
    COMPENSATING,
    COMPENSATED,
    /** Every retry of a compensation failed. */
    COMPENSATION_FAILED
  }

  static StepRecord begun(SagaEvent.Begins begins, Instant at) {
    return new StepRecord(begins.step(), begins.kind(),
        begins.kind() == Kind.COMPENSATION ? Status.COMPENSATING : Status.RUNNING, 1, 0, false, at, null, null, null);
  }

  static StepRecord perhapsBegun(String name, Instant at) {
    return new StepRecord(name, Kind.ACTION, Status.IN_DOUBT, 0, 0, true, at, at, null, null);
  }

  StepRecord ended(Status how, boolean doubtful, String answer, String lastError, Instant at) {
    return new StepRecord(name, kind, how, attempts, failures, inDoubt || doubtful, startedAt, at, answer,
        lastError == null ? error : lastError);
  }

  StepRecord failedOnce(String lastError) {
    return new StepRecord(name, kind, status, attempts + 1, failures + 1, true, startedAt, null, null, lastError);
  }

  StepRecord takenUpAgain() {
    return new StepRecord(name, kind, Status.COMPENSATING, attempts + 1, 0, true, startedAt, null, null, error);
  }

  boolean isSameCallAs(StepRecord other) {
    return kind == other.kind && name.equals(other.name);
  }

  /** Whether the step may have left something behind that must be undone. */
  boolean needsCompensation() {
    return kind == Kind.ACTION && (status == Status.COMPLETED || inDoubt);
  }
}
