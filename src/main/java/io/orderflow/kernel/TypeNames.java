package io.orderflow.kernel;

import java.util.Map;

/**
 * Maps the names of stored and sent types to a package's classes, so that classes can be moved and renamed. One implementation for each
 * package, listed in {@code META-INF/services}. Names are unique among all packages and start with the package's noun, as in
 * {@code order.created}.
 */
public interface TypeNames {

  /** Events and snapshots. Their names are in journals and must never change. */
  default Map<String, Class<?>> stored() {
    return Map.of();
  }

  /** Messages between nodes. When a name changes, increase {@code orderflow.compatibility}. */
  default Map<String, Class<?>> sent() {
    return Map.of();
  }
}
