package io.orderflow.eventsourcing;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The names of messages that entities of any type get. */
public final class EntityTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.of("entity.place", ShardPlacement.Place.class);
  }
}
