package io.orderflow.saga;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The answer of a step's service. A failed stage is a technical failure: a time-out, a lost connection, a defect. The saga then retries the
 * call with back-off. After the last attempt the step is in doubt and is compensated.
 */
public sealed interface StepResult {

  /**
   * The call succeeded.
   *
   * @param result a value for later steps and projections, such as a transaction's id; null for none
   */
  record Done(String result) implements StepResult {}

  /**
   * A business rejection: the saga compensates without a retry.
   *
   * @param code stable, in upper case; clients see it as the reason
   * @param partly whether the call had an effect before it was rejected, so that this step must be compensated too
   */
  record Refused(String code, String detail, boolean partly) implements StepResult {}

  /**
   * The service has stored the call and will finish it later. It never forgets the call or its compensation, so the saga repeats the call
   * without a new record of its own.
   *
   * @param askAgainAfter the pause before the same call is made again; not counted as an attempt
   */
  record Pending(Duration askAgainAfter) implements StepResult {}

  /** Success without a result. */
  static StepResult done() {
    return new Done(null);
  }

  static StepResult done(String result) {
    return new Done(result);
  }

  /** A rejection without any effect. */
  static StepResult refused(String code, String detail) {
    return new Refused(code, detail, false);
  }

  /** An answer that is known at once. */
  static CompletionStage<StepResult> now(StepResult result) {
    return CompletableFuture.completedFuture(result);
  }
}
