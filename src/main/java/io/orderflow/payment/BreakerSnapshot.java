package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * The state of a circuit breaker on this node.
 *
 * @param failureRate the failures among the judged calls, in percent
 * @param calls the number of judged calls
 * @param openSince when it last opened; null when it is closed
 * @param forced the state in which operators hold it; null if its calls decide
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BreakerSnapshot(String name, State state, double failureRate, int calls, Instant openSince, State forced) {

  /** The states of a circuit breaker. */
  public enum State {
    /** Permits calls. */
    CLOSED,
    /** Fails calls at once. */
    OPEN,
    /** Permits a few calls, whose outcomes decide whether it closes or opens. */
    HALF_OPEN
  }
}
