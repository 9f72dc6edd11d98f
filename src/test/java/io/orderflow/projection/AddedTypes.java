package io.orderflow.projection;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored names of specs. */
public final class AddedTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.of("spec.added", ProjectionKit.Added.class);
  }
}
