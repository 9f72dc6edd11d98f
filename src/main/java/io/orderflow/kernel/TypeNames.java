package io.orderflow.kernel;

import java.util.Map;

/**
 * The names under which a package's types are stored and sent, so that classes can be moved and renamed. One implementation for each package, listed in
 * {@code META-INF/services}. A name is unique among all packages and begins with its package's noun, as in {@code order.created}.
 */
public interface TypeNames {

  /** Events and snapshots. Their names are in journals and never change. */
  default Map<String, Class<?>> stored() {
    return Map.of();
  }

  /** Messages between nodes. When one of these names changes, {@code orderflow.compatibility} is raised. */
  default Map<String, Class<?>> sent() {
    return Map.of();
  }
}
