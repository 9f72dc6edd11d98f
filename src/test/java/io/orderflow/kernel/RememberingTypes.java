package io.orderflow.kernel;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored names of specs. */
public final class RememberingTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.of("spec.remembering", RecentCommandsSpec.State.class);
  }
}
