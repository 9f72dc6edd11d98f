package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * What a circuit breaker shows of itself on this node.
 *
 * @param failureRate the failures among the judged calls, in percent
 * @param calls the calls that this rate is of
 * @param openSince when it last opened; null when it is closed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BreakerSnapshot(String name, State state, double failureRate, int calls, Instant openSince) {

  /** What a breaker does with a call. */
  public enum State {
    /** Lets it through. */
    CLOSED,
    /** Fails it at once. */
    OPEN,
    /** Lets the first few through and decides by them. */
    HALF_OPEN
  }
}
