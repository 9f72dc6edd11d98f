package io.orderflow.saga;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One call of a step's action or compensation. A call may come more than once and, when it was slow, after its saga has gone on: the
 * service answers a repeat as it answered first, and lets a compensation win over an action that arrives after it.
 *
 * @param sagaId the saga's id, which is also the order's, the transfer's
 * @param step the step's name
 * @param attempt counts from 1
 * @param input what the saga was started with
 * @param results what the completed steps answered, by step name; a step without a result has no entry
 * @param startedAt when the saga was started
 * @param validUntil when the saga has stopped waiting for the answer, and never long after its last record, by any clock that is not further
 *     ahead than {@code orderflow.sagas.clock-skew}; a service must not begin with the call after it. A service that forgets compensations must
 *     know one for longer: then an older incarnation of the saga, which does not know of the compensation, can't bring about what it undid
 * @param failure why the saga is being undone; empty in an action
 */
public record StepCall<I>(String sagaId, String step, int attempt, I input, Map<String, String> results, Instant startedAt, Instant validUntil,
    Optional<Failure> failure) {

  /** The same for every attempt of this step and for its compensation. */
  public String idempotencyKey() {
    return sagaId + "/" + step;
  }

  /** What that step answered; empty when it has not completed or answered nothing. */
  public Optional<String> resultOf(String otherStep) {
    return Optional.ofNullable(results.get(otherStep));
  }
}
