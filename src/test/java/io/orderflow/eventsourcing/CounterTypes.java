package io.orderflow.eventsourcing;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored names of specs. */
public final class CounterTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> sent() {
    return Map.of("counter.added", GroupCommitSpec.Added.class, "counter.noted", ScriptedHome.Noted.class,
        "counter.marked", ScriptedHome.Marked.class);
  }
}
