package io.orderflow.saga;

import io.orderflow.saga.SagaTable.Active;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the sagas that have written nothing for a while, in passes over all active sagas. Only times of this node's own clock are
 * compared: the times in the table come from other machines. Not thread-safe.
 */
final class Silence {

  private record Seen(long sequence, Instant first) {}

  private record Key(String definition, String sagaId) {}

  private final Duration after;
  private final int bound;
  private Map<Key, Seen> lastPass = new HashMap<>();
  private Map<Key, Seen> thisPass = new HashMap<>();

  /**
   * @param after how long a saga must have written nothing
   * @param bound the most sagas that are observed at once; any other saga counts as silent
   */
  Silence(Duration after, int bound) {
    this.after = after;
    this.bound = bound;
  }

  /**
   * Whether the saga has written nothing for that long.
   *
   * @param now from a clock that never jumps
   */
  boolean of(Active saga, Instant now) {
    if (thisPass.size() >= bound) {
      return true;
    }
    Key key = new Key(saga.definition(), saga.sagaId());
    Seen before = lastPass.get(key);
    Seen seen = before != null && before.sequence() == saga.sequence() ? before : new Seen(saga.sequence(), now);
    thisPass.put(key, seen);
    return !now.isBefore(seen.first().plus(after));
  }

  /** Every active saga has been passed to {@link #of}. The others have ended and are forgotten. */
  void endPass() {
    lastPass = thisPass;
    thisPass = new HashMap<>();
  }
}
