package io.orderflow.simulator;

import io.orderflow.http.JsonFields;
import java.math.BigDecimal;

/**
 * Holds the faults injected into charges and refunds.
 *
 * @param failureRate the share of calls, from 0 to 1, that fail with 500 and without effect
 * @param latencyMs the delay before each call is handled, in milliseconds
 * @param outage whether every call fails with 503 and without effect
 * @param loseAnswers whether calls take effect but get no response
 */
record Faults(double failureRate, int latencyMs, boolean outage, boolean loseAnswers) {

  static final Faults NONE = new Faults(0, 0, false, false);

  /** Less than the minute after which a server closes an idle connection. */
  private static final int MAX_LATENCY_MS = 30_000;

  /** Reads a client's settings. Faults that it does not mention are off. */
  static Faults read(JsonFields fields) {
    return new Faults(
        fields.optionalShare("failureRate").map(BigDecimal::doubleValue).orElse(0.0),
        fields.optionalInteger("latencyMs", 0, MAX_LATENCY_MS).orElse(0),
        fields.optionalFlag("outage").orElse(false),
        fields.optionalFlag("loseAnswers").orElse(false));
  }
}
