package io.orderflow.projection;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;

/**
 * An aggregate that a projection has parked.
 *
 * @param generation the projection's generation
 * @param slice the projection's slice
 * @param sequence the event at which the projection failed
 * @param heldUpTo the last event held back so far
 * @param manifest the stored type of the failed event
 * @param error the projection's exception
 * @param attempts how often that event has been tried: once when the aggregate was parked, then once for each retry by an operator
 * @param since when the aggregate was parked
 */
record Parked(String persistenceId, long generation, @JsonIgnore int slice, long sequence, long heldUpTo, String manifest, String error,
    int attempts, Instant since) {

  SliceId id(String view) {
    return new SliceId(view, generation, slice);
  }

  /** The row after another failure, of this event or a later one. */
  Parked failedAt(EventApplier.Failure failure) {
    return new Parked(persistenceId, generation, slice, failure.event().sequence(), heldUpTo, failure.manifest(), failure.error(),
        failure.event().sequence() == sequence ? attempts + 1 : 1, since);
  }

  /** The row after all events before {@code next} were applied. */
  Parked goneOnTo(long next) {
    return new Parked(persistenceId, generation, slice, next, heldUpTo, "", "not tried yet: the events before it were applied",
        0, since);
  }
}
