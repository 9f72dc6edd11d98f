package io.orderflow.journal;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored names of specs. */
public final class NotedTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.of("spec.noted", BatchedJournalDaoSpec.Noted.class);
  }
}
