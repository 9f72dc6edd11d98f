package io.orderflow.privacy;

import io.orderflow.journal.Database;
import io.orderflow.kernel.Failures;
import io.orderflow.kernel.Rejection;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
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
 * <p>A node remembers keys: to open data for a second, to seal new data for a minute. So after a deletion at another node data may be readable for a
 * second more, and data that comes within a minute may still be sealed, with the forgotten key, and is never readable.
 */
public final class PersonalData {

  /** The rejection of data of a person who was deleted. */
  static final Rejection DELETED = Rejection.conflict("USER_DELETED", "the user was deleted, and the id can't be used again");

  private static final Duration OPENS_FOR = Duration.ofSeconds(1);
  private static final Duration SEALS_FOR = Duration.ofMinutes(1);
  /** Keys that are remembered, 300 bytes each; beyond them all are read again. */
  private static final int MAX_KEYS = 10_000;
  private static final String DUPLICATE = "23505";
  /** The id of the key for {@link #searchCode}. No person has it, because ids begin with a letter or a digit. */
  private static final String SEARCH = "#search";

  private record Known(PersonKey key, long readAt) {}

  private final Database database;
  private final PersonKeyTable table;
  private final Clock clock;
  private final LongSupplier nanos;
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
  }

  /** The key for new data of the person, who gets one if they have none. Rejected with USER_DELETED. */
  public CompletionStage<PersonKey> sealing(String person) {
    PersonKey remembered = remembered(person, SEALS_FOR);
    if (remembered != null && !remembered.isForgotten()) {
      return CompletableFuture.completedStage(remembered);
    }
    return again(connection -> {
      PersonKey found = table.find(connection, person).orElse(null);
      return found != null ? found : table.insert(connection, person, clock.instant());
    }).thenApply(key -> {
      remember(person, key);
      if (key.isForgotten()) {
        throw DELETED.exception();
      }
      return key;
    });
  }

  /** The texts of stored ones, whosever they are. The function must be used for these texts alone. */
  public CompletionStage<UnaryOperator<String>> opening(Collection<String> stored) {
    Map<String, PersonKey> keys = new HashMap<>();
    Set<String> unknown = new HashSet<>();
    for (String text : stored) {
      personOf(text).ifPresent(person -> {
        PersonKey key = remembered(person, OPENS_FOR);
        if (key == null) {
          unknown.add(person);
        } else {
          keys.put(person, key);
        }
      });
    }
    return unknown.isEmpty() ? CompletableFuture.completedStage(opener(keys)) : database.async(connection -> table.find(connection, unknown))
        .thenApply(found -> {
          unknown.forEach(person -> {
            PersonKey key = found.getOrDefault(person, PersonKey.forgotten(person));
            remember(person, key);
            keys.put(person, key);
          });
          return opener(keys);
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

  private PersonKey remembered(String person, Duration maxAge) {
    Known entry = known.get(person);
    return entry == null || nanos.getAsLong() - entry.readAt() > maxAge.toNanos() ? null : entry.key();
  }

  private void remember(String person, PersonKey key) {
    if (known.size() >= MAX_KEYS) {
      known.clear();
    }
    known.put(person, new Known(key, nanos.getAsLong()));
  }
}
