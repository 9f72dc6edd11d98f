package io.orderflow.saga;

import io.orderflow.saga.StepRecord.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How far a saga has come, and how much of that is on record. Not for several threads: it belongs to one {@link Saga}. */
final class LogBook {

  private final Duration aheadFor;
  /** What went well since the last record. */
  private final List<SagaEvent.StepCompleted> ahead = new ArrayList<>();
  private Progress present = Progress.NONE;
  private Instant recordedAt = Instant.MIN;

  /** @param aheadFor how old the last record may be when something is not recorded at once */
  LogBook(Duration aheadFor) {
    this.aheadFor = aheadFor;
  }

  /** How far it has come, what is ahead of the last record included. */
  Progress present() {
    return present;
  }

  boolean isAhead() {
    return !ahead.isEmpty();
  }

  /** All that is known is on record now: this. */
  void recorded(Progress progress, Instant now) {
    ahead.clear();
    present = progress;
    recordedAt = now;
  }

  /**
   * Goes on without a record where that may be: from action to action and from conclusion to conclusion, which a crash repeats or undoes, and
   * for a short time only.
   *
   * @return false when it must be recorded first
   */
  boolean goAhead(SagaEvent.StepCompleted event) {
    Kind ended = present.underWay().orElseThrow().kind();
    if (event.begins() == null || event.begins().kind() != ended || ended == Kind.COMPENSATION
        || !event.at().isBefore(recordedAt.plus(aheadFor))) {
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
