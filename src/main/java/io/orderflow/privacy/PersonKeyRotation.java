package io.orderflow.privacy;

import akka.actor.typed.ActorSystem;
import io.orderflow.journal.ClusterTask;
import io.orderflow.journal.Database;
import io.orderflow.privacy.PersonKeyTable.Part;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts the persons' keys with the node's present key when that has changed, some at a time, so that the key before can be removed from the file.
 * One of the nodes does it.
 */
public final class PersonKeyRotation implements ClusterTask.Round {

  /** The most persons of a transaction. It takes some milliseconds. */
  static final int AT_ONCE = 500;
  /** The pause between transactions leaves room for orders. */
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  /** A node that had the old file for a while longer may have made persons' keys with the old key after a pass. */
  private static final Duration NEXT_PASS = Duration.ofHours(1);
  private static final Logger LOG = LoggerFactory.getLogger(PersonKeyRotation.class);

  private final Database database;
  private final EncryptionKeys keys;
  private final PersonKeyTable table;
  private final LongSupplier nanos;
  /** The key of the pass that is under way, or of the last one. */
  private String key = "";
  private String after = "";
  private boolean underWay;
  private long endedAt;
  private long encrypted;
  private long unreadable;
  private Set<String> missing = new TreeSet<>();

  PersonKeyRotation(Database database, EncryptionKeys keys, LongSupplier nanos) {
    this.database = database;
    this.keys = keys;
    this.table = new PersonKeyTable(keys);
    this.nanos = nanos;
  }

  /** Starts the task, once in the cluster. */
  public static void start(ActorSystem<?> system, Database database, EncryptionKeys keys) {
    ClusterTask.start(system, "person-key-rotation", INTERVAL, () -> new PersonKeyRotation(database, keys, System::nanoTime));
  }

  @Override
  public Duration run() throws SQLException {
    String current = keys.current().orElse("");
    if (!current.equals(key)) {
      key = current;
      begin();
    } else if (!underWay && nanos.getAsLong() - endedAt >= NEXT_PASS.toNanos()) {
      begin();
    }
    if (!underWay || key.isEmpty()) {
      return INTERVAL;
    }
    Part part = database.transaction(connection -> table.encryptAgain(connection, after, AT_ONCE));
    encrypted += part.encrypted();
    unreadable += part.unreadable();
    missing.addAll(part.missing());
    if (part.last().isPresent()) {
      after = part.last().get();
      return PAUSE;
    }
    end();
    return INTERVAL;
  }

  private void begin() {
    underWay = true;
    after = "";
    encrypted = 0;
    unreadable = 0;
    missing = new TreeSet<>();
  }

  private void end() {
    underWay = false;
    endedAt = nanos.getAsLong();
    if (encrypted > 0) {
      LOG.info("{} keys of persons are encrypted with the key {} now", encrypted, key);
    }
    if (!missing.isEmpty() || unreadable > 0) {
      LOG.warn("Keys of persons can't be encrypted with the key {}: ORDERFLOW_ENCRYPTION_KEYS_FILE lacks the keys {}, and {} are damaged", key, missing,
          unreadable);
    }
  }
}
