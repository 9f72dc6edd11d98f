package io.orderflow.projection;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * How a projection is doing.
 *
 * @param lagEvents how many events the journal has after the last one that it has read, whoever's they are; of the slice that is farthest
 *     behind
 * @param lagSeconds the age of the first of them; 0 without any
 * @param generation the rows that queries read
 * @param parked how many aggregates are parked, whose later events these rows lack
 * @param error what was thrown last, when it is failing or has stopped
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ProjectionStatus(String name, State state, long lagEvents, double lagSeconds, long generation, int parked, String error,
    Rebuild rebuild, List<FailureView> failures) {

  enum State { RUNNING, REBUILDING, FAILING, STOPPED }

  /** The rows that will be read once they are complete. */
  record Rebuild(long generation, Instant startedAt, long lagEvents, double lagSeconds, int parked) {}

  /** A slice that fails at an event. */
  record FailureView(long generation, int slice, String event, String error, int attempts, boolean stopped, Instant at) {}
}
