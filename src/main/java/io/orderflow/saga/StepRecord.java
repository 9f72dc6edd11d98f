package io.orderflow.saga;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;

/**
 * One call in a saga's state: an action, a compensation or a retriable step that was begun.
 *
 * @param name the step's name
 * @param kind action, compensation or retriable step
 * @param status its outcome so far
 * @param attempts the number of attempts, including the attempt under way or scheduled
 * @param failures the number of failed attempts since the beginning or the last operator's retry
 * @param inDoubt whether the call may have had an effect although no answer confirmed it
 * @param startedAt when it was begun
 * @param endedAt when it ended; null while it is under way
 * @param result the service's result; null for none
 * @param error the last failure or the rejection, for operators
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StepRecord(String name, Kind kind, Status status, int attempts, int failures, boolean inDoubt, Instant startedAt,
    Instant endedAt, String result, String error) {

  /** The kinds of call. */
  public enum Kind {
    ACTION,
    COMPENSATION,
    /** Stored and shown to clients under its former name. */
    @JsonProperty("CONCLUSION")
    RETRIABLE
  }

  /** The outcome of a call. */
  public enum Status {
    /** An action or retriable step that is under way. */
    RUNNING,
    COMPLETED,
    /** The service rejected the action. */
    REFUSED,
    /** Every attempt failed. */
    FAILED,
    /** A client cancelled while the action was under way. */
    CANCELLED,
    /** An action that may have been called without a record. It is compensated. */
    IN_DOUBT,
    /** A compensation that is under way. */
    COMPENSATING,
    COMPENSATED,
    /** Every attempt of a compensation failed. */
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

  StepRecord retried() {
    return new StepRecord(name, kind, Status.COMPENSATING, attempts + 1, 0, true, startedAt, null, null, error);
  }

  boolean isSameCallAs(StepRecord other) {
    return kind == other.kind && name.equals(other.name);
  }

  /** Whether this is an action that completed or is in doubt. */
  boolean needsCompensation() {
    return kind == Kind.ACTION && (status == Status.COMPLETED || inDoubt);
  }
}
