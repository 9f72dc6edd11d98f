package io.orderflow.saga;

import io.orderflow.eventsourcing.Home;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One call of a step's action or compensation. A call may arrive more than once, and a slow call may arrive after its saga has gone on. The
 * service gives a repeat the original answer. A compensation wins over an action that arrives after it.
 *
 * @param sagaId the saga's id, which is also the id of its order or transfer
 * @param step the step's name
 * @param attempt counts from 1
 * @param input the saga's input
 * @param results the results of the completed steps, by step name; a step without a result has no entry
 * @param startedAt when the saga was started
 * @param validUntil after this time a service must not begin the call. The saga no longer waits for the answer then, on any clock that is
 *     ahead by at most {@code orderflow.sagas.clock-skew}. The time is bounded by the age of the saga's last record. A service must remember a
 *     compensation for longer than a call is valid; otherwise an older incarnation, which doesn't know of the compensation, could repeat the
 *     compensated action
 * @param failure why the saga compensates; empty for an action
 * @param home the saga's home, for services whose aggregates live there
 */
public record StepCall<I>(String sagaId, String step, int attempt, I input, Map<String, String> results, Instant startedAt, Instant validUntil,
    Optional<Failure> failure, Home home) {

  /** The same for every attempt of the action and of its compensation. */
  public String idempotencyKey() {
    return sagaId + "/" + step;
  }

  /** The result of that step; empty if it has not completed or has no result. */
  public Optional<String> resultOf(String otherStep) {
    return Optional.ofNullable(results.get(otherStep));
  }
}
