package io.orderflow.payment;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;

/** A circuit breaker as JSON for operators. @param transitions the latest ones, the newest last */
record BreakerResponse(@JsonUnwrapped BreakerSnapshot breaker, List<Transition> transitions) {

  record Transition(BreakerSnapshot.State to, Instant at) {}
}
