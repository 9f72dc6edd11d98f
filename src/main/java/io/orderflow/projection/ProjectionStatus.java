package io.orderflow.projection;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * Reports the status of a projection.
 *
 * @param lagEvents the number of events in the journal, of any entity, after the last one read by the slowest slice
 * @param lagSeconds the age of the first of these events in seconds; 0 if there are none
 * @param generation the generation that queries read
 * @param parked the number of parked aggregates, whose later events this generation lacks
 * @param error the last exception, if the projection is failing or has stopped
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProjectionStatus(String name, State state, long lagEvents, double lagSeconds, long generation, int parked, String error,
    Rebuild rebuild, List<FailureView> failures) {

  /** The states of a projection. */
  public enum State { RUNNING, REBUILDING, FAILING, STOPPED }

  /** The generation that a rebuild fills. It goes live once it is complete. */
  public record Rebuild(long generation, Instant startedAt, long lagEvents, double lagSeconds, int parked) {}

  /** A slice's failure at an event. */
  public record FailureView(long generation, int slice, String event, String error, int attempts, boolean stopped, Instant at) {}
}
