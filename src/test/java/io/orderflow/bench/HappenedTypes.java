package io.orderflow.bench;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored names of specs. */
public final class HappenedTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.of("bench.happened", JournalBench.Happened.class);
  }
}
