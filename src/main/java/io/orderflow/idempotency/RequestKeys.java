package io.orderflow.idempotency;

import akka.actor.typed.ActorSystem;
import io.orderflow.http.Json;
import io.orderflow.http.RequestKey;
import io.orderflow.journal.ClusterTask;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Rejection;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Claims of idempotency keys, for requests that no single aggregate remembers: a key belongs to the first request that came with it. The claim is
 * durable before the request is handled. A repeat is handled again, so the request must be idempotent by an id of its own, such as one derived from
 * the key.
 *
 * <p>A claim is one row in the journal's database, until it is {@code orderflow.idempotency.keep-for} old.
 */
public final class RequestKeys {

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration NEXT_BATCH = Duration.ofMillis(100);
  /** Claims forgotten in one transaction. */
  private static final int BATCH = 1000;

  private final Database database;
  private final Clock clock;

  public RequestKeys(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Starts the singleton that forgets old claims. */
  public static void start(ActorSystem<?> system, Database database, Clock clock) {
    Duration keepFor = system.settings().config().getDuration("orderflow.idempotency.keep-for");
    ClusterTask.start(system, "request-keys", INTERVAL, () -> () -> {
      int forgotten = database.transaction(connection -> RequestKeyTable.forget(connection, clock.instant().minus(keepFor), BATCH));
      return forgotten == BATCH ? NEXT_BATCH : INTERVAL;
    });
  }

  /**
   * Claims the key for the request; completes at once if the request has none. Rejected with IDEMPOTENCY_KEY_REUSED if the key belongs to another
   * request of this operation.
   *
   * @param operation the path that the request is sent to; its ids have no {@code |}
   * @param request what the key stands for, as it can be written to JSON
   */
  public CompletionStage<Void> claim(Optional<RequestKey> key, String operation, Object... request) {
    if (key.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    String id = key.get().named("request", operation);
    String fingerprint = fingerprint(request);
    CompletionStage<String> owner = owner(id, fingerprint).exceptionallyCompose(failure ->
        RequestKeyTable.isTaken(failure) ? owner(id, fingerprint) : CompletableFuture.failedFuture(failure));
    return owner.thenAccept(claimed -> {
      if (!claimed.equals(fingerprint)) {
        throw Rejection.idempotencyKeyReused().exception();
      }
    });
  }

  /** The fingerprint of the request that the key belongs to from now on. */
  private CompletionStage<String> owner(String id, String fingerprint) {
    return database.async(connection -> {
      Optional<String> known = RequestKeyTable.find(connection, id);
      if (known.isEmpty()) {
        RequestKeyTable.insert(connection, id, fingerprint, clock.instant());
      }
      return known.orElse(fingerprint);
    });
  }

  private static String fingerprint(Object... request) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Json.bytes(request)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
