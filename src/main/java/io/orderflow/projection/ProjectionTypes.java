package io.orderflow.projection;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** Names the messages of the projections. */
public final class ProjectionTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("projection.wake", Slice.Wake.class));
  }
}
