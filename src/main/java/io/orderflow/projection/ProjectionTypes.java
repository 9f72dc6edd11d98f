package io.orderflow.projection;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored and sent names of projections. */
public final class ProjectionTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("projection.wake", Slice.Wake.class));
  }
}
