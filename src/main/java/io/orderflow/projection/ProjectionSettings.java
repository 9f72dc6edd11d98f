package io.orderflow.projection;

import com.typesafe.config.Config;
import io.orderflow.kernel.Backoff;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Holds the settings in {@code orderflow.projections}, which {@code reference.conf} explains. */
record ProjectionSettings(Duration pollInterval, int batch, int maxParked, int maxAttempts, Duration minBackoff, Duration maxBackoff) {

  static ProjectionSettings of(Config config) {
    return new ProjectionSettings(config.getDuration("poll-interval"), config.getInt("batch"), config.getInt("max-parked"),
        config.getInt("max-attempts"), config.getDuration("min-backoff"), config.getDuration("max-backoff"));
  }

  /** The back-off after this many failures in a row. It doubles with each failure, with up to a fifth of random jitter. */
  Duration backoff(int failures) {
    long bounded = Backoff.after(failures, minBackoff, maxBackoff).toMillis();
    return Duration.ofMillis(bounded + RandomGenerator.getDefault().nextLong(bounded / 5 + 1));
  }
}
