package io.orderflow.saga;

import com.typesafe.config.Config;
import io.orderflow.kernel.Backoff;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The time limit, retries and back-off of one step.
 *
 * @param timeLimit how long one call may take
 * @param maxAttempts the number of calls before the step counts as failed; ignored for a retriable step
 * @param minBackoff the pause after the first failure; each further failure doubles it
 * @param maxBackoff the longest pause
 * @param jitter the random share of a pause, 0 to 1, so that sagas that failed together do not retry together
 * @param reason the failure's code if all attempts of the action fail
 */
public record StepPolicy(Duration timeLimit, int maxAttempts, Duration minBackoff, Duration maxBackoff, double jitter, String reason) {

  /** The step's section in the settings, over the defaults. */
  static StepPolicy of(Config sagas, String definition, String step, StepRecord.Kind kind) {
    Config policy = section(sagas, definition + "." + step + "." + (kind == StepRecord.Kind.COMPENSATION ? "compensation" : "action"))
        .withFallback(section(sagas, definition + "." + step))
        .withFallback(sagas.getConfig(kind == StepRecord.Kind.COMPENSATION ? "compensation-defaults" : "step-defaults"));
    return new StepPolicy(policy.getDuration("time-limit"), policy.getInt("max-attempts"), policy.getDuration("min-backoff"),
        policy.getDuration("max-backoff"), policy.getDouble("jitter"), policy.getString("reason"));
  }

  private static Config section(Config config, String path) {
    return config.hasPath(path) ? config.getConfig(path) : com.typesafe.config.ConfigFactory.empty();
  }

  /** The pause after that many failures: exponential, shortened by the jitter. */
  Duration backoff(int failures, RandomGenerator random) {
    return Backoff.shortened(Backoff.after(failures, minBackoff, maxBackoff), jitter, random);
  }
}
