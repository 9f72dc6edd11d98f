package io.orderflow.saga;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The settings in {@code orderflow.sagas}. */
final class SagaSettings {

  private final Config sagas;
  private final Duration keepInMemory;
  private final Duration deferRecordingFor;
  private final Duration clockSkew;
  private final Map<String, StepPolicy> policies = new ConcurrentHashMap<>();

  /** @param sagas the section {@code orderflow.sagas} */
  SagaSettings(Config sagas) {
    this.sagas = sagas;
    this.keepInMemory = sagas.getDuration("keep-in-memory");
    this.deferRecordingFor = sagas.getDuration("defer-recording-for");
    this.clockSkew = sagas.getDuration("clock-skew");
  }

  /** How long an ended saga stays in memory after its last message. */
  Duration keepInMemory() {
    return keepInMemory;
  }

  /** The greatest age of a saga's last record at which it may make a call that the record doesn't show. */
  Duration deferRecordingFor() {
    return deferRecordingFor;
  }

  /** How far the clock of another node may be ahead before it rejects calls as too late. */
  Duration clockSkew() {
    return clockSkew;
  }

  StepPolicy policy(String definition, StepRecord step) {
    return policies.computeIfAbsent(definition + "." + step.name() + "." + step.kind(),
        key -> StepPolicy.of(sagas, definition, step.name(), step.kind()));
  }
}
