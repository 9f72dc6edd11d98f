package io.orderflow.simulator;

import io.orderflow.http.JsonFields;
import java.math.BigDecimal;

/**
 * What goes wrong on purpose with charges and refunds.
 *
 * @param failureRate the share of calls, from 0 to 1, that is answered with 500 and without effect
 * @param latencyMs how long every call takes before anything else happens, in milliseconds
 * @param outage whether every call is answered with 503 and without effect
 * @param loseAnswers whether calls take effect and are never answered
 */
record Faults(double failureRate, int latencyMs, boolean outage, boolean loseAnswers) {

  static final Faults NONE = new Faults(0, 0, false, false);

  /** Below the minute after which a server closes a connection on which nothing happens. */
  private static final int MAX_LATENCY_MS = 30_000;

  /** What a client asks for; what it does not mention is not to go wrong. */
  static Faults read(JsonFields fields) {
    return new Faults(
        fields.optionalShare("failureRate").map(BigDecimal::doubleValue).orElse(0.0),
        fields.optionalInteger("latencyMs", 0, MAX_LATENCY_MS).orElse(0),
        fields.optionalFlag("outage").orElse(false),
        fields.optionalFlag("loseAnswers").orElse(false));
  }
}
