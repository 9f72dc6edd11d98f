package io.orderflow.saga;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The settings under {@code orderflow.sagas}, read once. */
final class SagaSettings {

  private final Config sagas;
  private final Map<String, StepPolicy> policies = new ConcurrentHashMap<>();

  /** @param sagas the section {@code orderflow.sagas} */
  SagaSettings(Config sagas) {
    this.sagas = sagas;
  }

  /** How long a saga stays in memory after its last message once it has come to rest. */
  Duration keepInMemory() {
    return sagas.getDuration("keep-in-memory");
  }

  StepPolicy policy(String definition, StepRecord step) {
    return policies.computeIfAbsent(definition + "." + step.name() + "." + step.kind(),
        key -> StepPolicy.of(sagas, definition, step.name(), step.kind()));
  }
}
