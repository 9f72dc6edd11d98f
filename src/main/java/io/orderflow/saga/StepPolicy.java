package io.orderflow.saga;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How patient a saga is with one step.
 *
 * @param timeLimit how long one call may take
 * @param maxAttempts the calls made before the step is given up; a conclusion is never given up
 * @param minBackoff the pause after the first failure; each further one doubles it
 * @param maxBackoff the longest pause
 * @param jitter the share of a pause, 0 to 1, that is drawn by lot, so that sagas that failed together do not return together
 * @param reason the failure's code when the action is given up
 */
public record StepPolicy(Duration timeLimit, int maxAttempts, Duration minBackoff, Duration maxBackoff, double jitter, String reason) {

  /** The policy of a step: what the definition's section says of it, for the rest the defaults. */
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

  /** The pause after that many failures: exponential, with the jitter taken off it. */
  Duration backoff(int failures, RandomGenerator random) {
    double doubled = minBackoff.toMillis() * Math.pow(2, Math.min(failures - 1, 30));
    double capped = Math.min(doubled, maxBackoff.toMillis());
    return Duration.ofMillis(Math.round(capped * (1 - jitter * random.nextDouble())));
  }
}
