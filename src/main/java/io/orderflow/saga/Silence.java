package io.orderflow.saga;

import io.orderflow.saga.SagaTable.Moving;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Which sagas have written nothing for a while, as one observer sees it in passes over all that should move. It compares only times that
 * the observer itself has read: the times in the table are those of other machines. Not for several threads.
 */
final class Silence {

  private record Seen(long sequence, Instant first) {}

  private record Key(String definition, String sagaId) {}

  private final Duration after;
  private final int bound;
  private Map<Key, Seen> lastPass = new HashMap<>();
  private Map<Key, Seen> thisPass = new HashMap<>();

  /**
   * @param after how long nothing must have come from a saga
   * @param bound the most sagas that are observed at once; one beyond it counts as silent
   */
  Silence(Duration after, int bound) {
    this.after = after;
    this.bound = bound;
  }

  /**
   * Whether the saga has been at the same event for that long.
   *
   * @param now by a clock that does not jump
   */
  boolean of(Moving saga, Instant now) {
    if (thisPass.size() >= bound) {
      return true;
    }
    Key key = new Key(saga.definition(), saga.sagaId());
    Seen before = lastPass.get(key);
    Seen seen = before != null && before.sequence() == saga.sequence() ? before : new Seen(saga.sequence(), now);
    thisPass.put(key, seen);
    return !now.isBefore(seen.first().plus(after));
  }

  /** All that should move were shown: those that were not have come to rest, and are forgotten. */
  void endPass() {
    lastPass = thisPass;
    thisPass = new HashMap<>();
  }
}
