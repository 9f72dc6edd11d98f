package io.orderflow.saga;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a step's service answers. That it could not tell (a time-out, a lost connection, a defect) is said by a stage that fails: the
 * call is then repeated, and in the end the step is compensated because it is in doubt.
 */
public sealed interface StepResult {

  /**
   * It is done.
   *
   * @param result what later steps and views may need of it, such as a transaction's id; null for nothing
   */
  record Done(String result) implements StepResult {}

  /**
   * The business says no: repeating it would not help.
   *
   * @param code stable, in upper case; what the order shows as its reason
   * @param partly whether something was done before it was refused, so that this step must be compensated too
   */
  record Refused(String code, String detail, boolean partly) implements StepResult {}

  /**
   * The service has taken the call over durably and will see it through: no failure, and no end yet. It knows the call and its compensation
   * for good: the same call is made again without a new record of the saga.
   *
   * @param askAgainAfter when to make the same call again, for its end or one more such answer; not counted as an attempt
   */
  record Pending(Duration askAgainAfter) implements StepResult {}

  /** Done, with nothing to tell. */
  static StepResult done() {
    return new Done(null);
  }

  static StepResult done(String result) {
    return new Done(result);
  }

  /** Refused before anything was done. */
  static StepResult refused(String code, String detail) {
    return new Refused(code, detail, false);
  }

  /** An answer that is known already. */
  static CompletionStage<StepResult> now(StepResult result) {
    return CompletableFuture.completedFuture(result);
  }
}
