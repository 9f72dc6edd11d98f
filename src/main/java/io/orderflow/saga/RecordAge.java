package io.orderflow.saga;

import java.time.Instant;

/**
 * Knows the age of a saga's last record. Not thread-safe: {@link Saga} owns it.
 *
 * <p>A successful write proves that no other incarnation had taken over when the write began. The age of a record is therefore counted from
 * the beginning of its write. It is measured by a clock that never jumps and that runs on while the process is frozen: a journal reply
 * that is read after a freeze must not make the record look fresh.
 */
final class RecordAge {

  /** One moment on both clocks: {@code wall} is for other nodes to read, {@code steady} measures ages. */
  private record Moment(Instant wall, Instant steady) {}

  private final SagaContext<?> context;
  private Moment writeBegan = new Moment(Instant.MIN, Instant.MIN);
  private Moment lastRecord = writeBegan;

  RecordAge(SagaContext<?> context) {
    this.context = context;
  }

  void writing() {
    writeBegan = new Moment(context.now(), context.steady().instant());
  }

  void written() {
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
