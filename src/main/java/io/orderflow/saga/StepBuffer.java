package io.orderflow.saga;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Records a saga's events: it buffers completed steps whose recording is deferred, and knows the age of the last record. It decides nothing
 * and calls nothing. Not thread-safe: {@link Saga} owns it.
 *
 * <p>A successful write proves that no other incarnation had taken over when the write began. The age of a record is therefore counted from
 * the beginning of its write. It is measured by a clock that never jumps and that runs on while the process is frozen: a journal reply
 * that is read after a freeze must not make the record look fresh.
 */
final class StepBuffer {

  /** One moment on both clocks: {@code wall} is for other nodes to read, {@code steady} measures ages. */
  private record Moment(Instant wall, Instant steady) {}

  private final SagaContext<?> context;
  private final List<SagaEvent.StepCompleted> buffered = new ArrayList<>();
  private SagaState state = SagaState.NONE;
  private Moment writeBegan = new Moment(Instant.MIN, Instant.MIN);
  private Moment lastRecord = writeBegan;

  StepBuffer(SagaContext<?> context) {
    this.context = context;
  }

  /** The saga's state after all its events, recorded and buffered. */
  SagaState state() {
    return state;
  }

  /** Starts over from the journal. The record's age stays unknown: another incarnation may be writing. */
  void recovered(SagaState saga) {
    buffered.clear();
    state = saga;
  }

  /** Applies the event now and records it with the next write. */
  void defer(SagaEvent.StepCompleted event) {
    buffered.add(event);
    state = state.apply(event);
  }

  boolean isEmpty() {
    return buffered.isEmpty();
  }

  /** The buffered events, to be written now; {@link #recorded} follows when the write has succeeded. */
  List<SagaEvent> write() {
    writeBegan = new Moment(context.now(), context.steady().instant());
    return List.of(SagaEvent.StepsCompleted.of(buffered));
  }

  /** The buffered events and this one, to be written now; {@link #recorded} follows when the write has succeeded. */
  List<SagaEvent> write(SagaEvent event) {
    writeBegan = new Moment(context.now(), context.steady().instant());
    if (buffered.isEmpty()) {
      return List.of(event);
    }
    if (event instanceof SagaEvent.StepCompleted last) {
      buffered.add(last);
      return List.of(SagaEvent.StepsCompleted.of(buffered));
    }
    return List.of(SagaEvent.StepsCompleted.of(buffered), event);
  }

  /** The write has succeeded and led to this state. */
  void recorded(SagaState saga) {
    buffered.clear();
    state = saga;
    lastRecord = writeBegan;
  }

  /** Whether the last record is young enough for a call that it doesn't show. */
  boolean isFresh() {
    return context.steady().instant().isBefore(lastRecord.steady().plus(context.settings().deferRecordingFor()));
  }

  /** The wall-clock time until which {@link #isFresh} holds. A call made later is valid no longer than a call made at this time. */
  Instant freshUntil() {
    return lastRecord.wall().plus(context.settings().deferRecordingFor());
  }
}
