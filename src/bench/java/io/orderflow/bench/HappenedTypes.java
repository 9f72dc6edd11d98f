package io.orderflow.bench;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored name of the event that {@link JournalBench} writes. */
public final class HappenedTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.of("bench.happened", JournalBench.Happened.class);
  }
}
