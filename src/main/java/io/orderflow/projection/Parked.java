package io.orderflow.projection;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;

/**
 * An aggregate that a view has parked.
 *
 * @param generation of the view's rows
 * @param slice of the view
 * @param sequence the event at which the view failed
 * @param heldUpTo the last event that is held back so far
 * @param manifest the type of the event that failed, as it is stored
 * @param error what the view threw at it
 * @param attempts how often that event has been tried: once when the aggregate was parked, and by operators since
 * @param since when the aggregate was parked
 */
record Parked(String persistenceId, long generation, @JsonIgnore int slice, long sequence, long heldUpTo, String manifest, String error,
    int attempts, Instant since) {

  SliceId id(String view) {
    return new SliceId(view, generation, slice);
  }

  /** Another event has failed, or the same again. */
  Parked failedAt(EventApplier.Failure failure) {
    return new Parked(persistenceId, generation, slice, failure.event().sequence(), heldUpTo, failure.manifest(), failure.error(),
        failure.event().sequence() == sequence ? attempts + 1 : 1, since);
  }

  /** The events before that one have taken effect; no other has been tried. */
  Parked goneOnTo(long next) {
    return new Parked(persistenceId, generation, slice, next, heldUpTo, "", "not tried yet: the events before it were applied",
        0, since);
  }
}
