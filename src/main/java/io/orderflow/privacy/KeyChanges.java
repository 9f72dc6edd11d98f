package io.orderflow.privacy;

import io.orderflow.journal.Database;
import io.orderflow.kernel.Sql;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Knows until when no person's key was forgotten, anywhere in the cluster: by a count in the database that each transaction raises which forgets
 * one. One look at it vouches for all keys that a node remembers, so that a node asks for it twice a second, and not for the key of each order.
 */
final class KeyChanges {

  /** How long a remembered key is used after the last moment at which it was certainly not forgotten. */
  static final Duration LIMIT = Duration.ofSeconds(1);
  /** A look that is older than this is repeated beside the work that found it so. */
  private static final Duration INTERVAL = LIMIT.dividedBy(2);

  /**
   * The last look. Times are those of the node's own ticker.
   *
   * @param since the beginning of the first look that found this count, without another in between
   * @param at the beginning of the last
   */
  private record Look(long forgotten, long since, long at) {}

  private final Database database;
  private final LongSupplier nanos;
  private final AtomicReference<CompletableFuture<Look>> underWay = new AtomicReference<>();
  private volatile Look last;

  KeyChanges(Database database, LongSupplier nanos) {
    this.database = database;
    this.nanos = nanos;
  }

  /** Whether a key that was read, by a query begun at that time, may still be used. */
  boolean vouchFor(long readAt) {
    Look look = last;
    long now = nanos.getAsLong();
    boolean known = look != null && readAt - look.since >= 0;
    if (known && now - look.at > INTERVAL.toNanos()) {
      look();
    }
    return now - readAt <= LIMIT.toNanos() || known && now - look.at <= LIMIT.toNanos();
  }

  /** Looks, or waits for the look under way. */
  CompletionStage<?> look() {
    CompletableFuture<Look> looking = new CompletableFuture<>();
    CompletableFuture<Look> other = underWay.compareAndExchange(null, looking);
    if (other != null) {
      return other;
    }
    long at = nanos.getAsLong();
    database.async(connection -> Sql.selectFirst(connection, "SELECT forgotten FROM person_key_changes", row -> row.getLong(1)).orElseThrow())
        .whenComplete((forgotten, failure) -> {
          if (failure == null) {
            Look before = last;
            last = new Look(forgotten, before != null && before.forgotten == forgotten ? before.since : at, at);
          }
          underWay.set(null);
          if (failure == null) {
            looking.complete(last);
          } else {
            looking.completeExceptionally(failure);
          }
        });
    return looking;
  }
}
