package io.orderflow.saga;

import io.orderflow.saga.StepRecord.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a saga has come, how much of that is on record, and how old the last record is. Not for several threads: it belongs to one
 * {@link Saga}.
 *
 * <p>A record proves that no other incarnation had taken over when its write began. Its age is counted from there, by a clock that does
 * not jump and that goes on while the process is frozen: an answer of the journal that is read after a freeze does not make it young.
 */
final class StepBuffer {

  /** One moment by both clocks: {@code written} is for other nodes to read, {@code steady} measures ages. */
  private record Moment(Instant written, Instant steady) {}

  private final Duration deferRecordingFor;
  private final Clock clock;
  private final Clock steady;
  /** What went well since the last record. */
  private final List<SagaEvent.StepCompleted> ahead = new ArrayList<>();
  private SagaState present = SagaState.NONE;
  private Moment writeBegan = new Moment(Instant.MIN, Instant.MIN);
  private Moment lastRecord = writeBegan;

  /**
   * @param deferRecordingFor how old the last record may be when something is not recorded at once
   * @param clock the time as other nodes know it
   * @param steady the time as it passes
   */
  StepBuffer(Duration deferRecordingFor, Clock clock, Clock steady) {
    this.deferRecordingFor = deferRecordingFor;
    this.clock = clock;
    this.steady = steady;
  }

  /** How far it has come, what is ahead of the last record included. */
  SagaState present() {
    return present;
  }

  boolean isAhead() {
    return !ahead.isEmpty();
  }

  /** This was read from the journal; another incarnation may be writing. */
  void recovered(SagaState progress) {
    ahead.clear();
    present = progress;
  }

  /** A write begins; {@link #recorded} follows when it has succeeded. */
  void writes() {
    writeBegan = new Moment(clock.instant(), steady.instant());
  }

  /** All that is known is on record now: this. */
  void recorded(SagaState progress) {
    ahead.clear();
    present = progress;
    lastRecord = writeBegan;
  }

  /** Whether the last record is so young that a call may be made which it does not show. */
  boolean isYoung() {
    return steady.instant().isBefore(lastRecord.steady().plus(deferRecordingFor));
  }

  /** Until when a call may be made without a new record; a call that is made later is no more valid than one made then. */
  Instant callsUntil() {
    return lastRecord.written().plus(deferRecordingFor);
  }

  /**
   * Goes on without a record where that may be: from action to action and from conclusion to conclusion, which a crash repeats or undoes, and
   * for a short time only.
   *
   * @return false when it must be recorded first
   */
  boolean goAhead(SagaEvent.StepCompleted event) {
    Kind ended = present.underWay().orElseThrow().kind();
    if (event.begins() == null || event.begins().kind() != ended || ended == Kind.COMPENSATION || !isYoung()) {
      return false;
    }
    ahead.add(event);
    present = present.apply(event);
    return true;
  }

  /** What is ahead, to be recorded. */
  SagaEvent toRecord() {
    return SagaEvent.StepsCompleted.of(ahead);
  }

  /** What is ahead and this event, to be recorded together. */
  List<SagaEvent> toRecord(SagaEvent event) {
    if (ahead.isEmpty()) {
      return List.of(event);
    }
    if (event instanceof SagaEvent.StepCompleted last) {
      ahead.add(last);
      return List.of(toRecord());
    }
    return List.of(toRecord(), event);
  }
}
