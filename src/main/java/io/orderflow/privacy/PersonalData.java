package io.orderflow.privacy;

import io.orderflow.journal.Database;
import io.orderflow.kernel.Failures;
import io.orderflow.kernel.Rejection;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Seals and opens the personal data of customers, each with the customer's own key, and forgets that key when they are deleted. What was sealed with
 * it is unreadable then wherever it is stored: in journal, archive, snapshots, views and backups of them.
 *
 * <p>A node remembers keys for as long as no key is forgotten ({@link KeyChanges}). For a second after a deletion at another node, data may still be
 * readable, and new data may still be sealed with the forgotten key and is never readable.
 */
public final class PersonalData {

  /** The rejection of data of a person who was deleted. */
  static final Rejection DELETED = Rejection.conflict("USER_DELETED", "the user was deleted, and the id can't be used again");

  /** Keys that are remembered, 300 bytes each; beyond them all are read again. */
  private static final int MAX_KEYS = 10_000;
  private static final String DUPLICATE = "23505";
  /** The id of the key for {@link #searchCode}. No person has it, because ids begin with a letter or a digit. */
  private static final String SEARCH = "#search";

  /** @param readAt when the query for it began */
  private record Known(PersonKey key, long readAt) {}

  private final Database database;
  private final PersonKeyTable table;
  private final Clock clock;
  private final LongSupplier nanos;
  private final KeyChanges changes;
  private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();
  private volatile PersonKey searchKey;

  public PersonalData(Database database, EncryptionKeys keys, Clock clock) {
    this(database, keys, clock, System::nanoTime);
  }

  PersonalData(Database database, EncryptionKeys keys, Clock clock, LongSupplier nanos) {
    this.database = database;
    this.table = new PersonKeyTable(keys);
    this.clock = clock;
    this.nanos = nanos;
    this.changes = new KeyChanges(database, nanos);
  }

  /** The key for new data of the person, who gets one if they have none. Rejected with USER_DELETED. */
  public CompletionStage<PersonKey> sealing(String person) {
    return vouchedFor(Set.of(person)).thenCompose(vouched -> {
      PersonKey remembered = remembered(person);
      return remembered != null && !remembered.isForgotten() ? CompletableFuture.completedStage(remembered) : readOrMade(person);
    }).thenApply(key -> {
      if (key.isForgotten()) {
        throw DELETED.exception();
      }
      return key;
    });
  }

  private CompletionStage<PersonKey> readOrMade(String person) {
    long began = nanos.getAsLong();
    return again(connection -> {
      PersonKey found = table.find(connection, person).orElse(null);
      return found != null ? found : table.insert(connection, person, clock.instant());
    }).thenApply(key -> {
      remember(person, key, began);
      return key;
    });
  }

  /** The texts of stored ones, whosever they are. The function must be used for these texts alone. */
  public CompletionStage<UnaryOperator<String>> opening(Collection<String> stored) {
    Set<String> persons = stored.stream().flatMap(text -> personOf(text).stream()).collect(Collectors.toSet());
    return vouchedFor(persons).thenCompose(vouched -> {
      Map<String, PersonKey> keys = new HashMap<>();
      Set<String> unknown = new HashSet<>();
      for (String person : persons) {
        PersonKey key = remembered(person);
        if (key == null) {
          unknown.add(person);
        } else {
          keys.put(person, key);
        }
      }
      return unknown.isEmpty() ? CompletableFuture.completedStage(opener(keys)) : read(unknown).thenApply(read -> {
        keys.putAll(read);
        return opener(keys);
      });
    });
  }

  private CompletionStage<Map<String, PersonKey>> read(Set<String> persons) {
    long began = nanos.getAsLong();
    return database.async(connection -> table.find(connection, persons)).thenApply(found -> {
      found.forEach((person, key) -> remember(person, key, began));
      Map<String, PersonKey> keys = new HashMap<>(found);
      // Not remembered: they may get a key later.
      persons.forEach(person -> keys.computeIfAbsent(person, PersonKey::forgotten));
      return keys;
    });
  }

  /** The same in the transaction of a view, whose rows must not outlast the key: it asks the table each time. */
  public UnaryOperator<String> opening(Connection connection, Collection<String> stored) throws SQLException {
    Set<String> persons = stored.stream().flatMap(text -> personOf(text).stream()).collect(Collectors.toSet());
    Map<String, PersonKey> keys = persons.isEmpty() ? Map.of() : table.find(connection, persons);
    return text -> personOf(text).map(person -> keys.getOrDefault(person, PersonKey.forgotten(person)).open(text)).orElse(text);
  }

  private static Optional<String> personOf(String stored) {
    return SealedText.of(stored).filter(sealed -> sealed.kind() == SealedText.PERSON).map(SealedText::keyName);
  }

  private static UnaryOperator<String> opener(Map<String, PersonKey> keys) {
    return text -> personOf(text).map(person -> keys.get(person).open(text)).orElse(text);
  }

  /** Forgets the person's key. Idempotent, also for somebody without one. */
  public CompletionStage<Void> forget(String person) {
    return again(connection -> {
      table.forget(connection, person, clock.instant());
      return null;
    }).thenAccept(done -> known.remove(person));
  }

  /**
   * The code of a text that a view keeps instead of the text, so that it can be searched for and not read. The key for it lasts as long as the
   * database: codes stay the same when the node's keys are exchanged, which encrypt it as they do the persons' keys.
   */
  public String searchCode(Connection connection, String text) throws SQLException {
    PersonKey key = searchKey;
    if (key == null) {
      Optional<PersonKey> stored = table.find(connection, SEARCH);
      key = stored.isPresent() ? stored.get() : madeSearchKey();
      searchKey = key;
    }
    return key.code(text);
  }

  /** In a transaction of its own: the caller's would be lost if another node makes the key at the same time. */
  private PersonKey madeSearchKey() throws SQLException {
    try {
      return database.transaction(connection -> table.insert(connection, SEARCH, clock.instant()));
    } catch (SQLException failure) {
      if (!DUPLICATE.equals(failure.getSQLState())) {
        throw failure;
      }
      return database.transaction(connection -> table.find(connection, SEARCH)).orElseThrow();
    }
  }

  /** Does the work once more if another node has made the person's row meanwhile. */
  private <T> CompletionStage<T> again(Sql.Work<T> work) {
    return database.async(work).exceptionallyCompose(failure ->
        Failures.cause(failure) instanceof SQLException sql && DUPLICATE.equals(sql.getSQLState()) ? database.async(work)
            : CompletableFuture.failedFuture(failure));
  }

  /** Completes when it is known whether the remembered keys may still be used. */
  private CompletionStage<?> vouchedFor(Set<String> persons) {
    for (String person : persons) {
      Known entry = known.get(person);
      if (entry != null && !changes.vouchFor(entry.readAt())) {
        return changes.look();
      }
    }
    return CompletableFuture.completedStage(null);
  }

  private PersonKey remembered(String person) {
    Known entry = known.get(person);
    return entry == null || !changes.vouchFor(entry.readAt()) ? null : entry.key();
  }

  private void remember(String person, PersonKey key, long readAt) {
    if (known.size() >= MAX_KEYS) {
      known.clear();
    }
    known.put(person, new Known(key, readAt));
  }
}
