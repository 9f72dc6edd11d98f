package io.orderflow.privacy;

import io.orderflow.kernel.Sql;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The table {@code person_keys}. A person whose key is forgotten keeps a row without it, so that they get no new one. */
final class PersonKeyTable {

  private static final String COLUMNS = "SELECT person_id, key_id, secret FROM person_keys WHERE person_id ";

  /**
   * A row.
   *
   * @param keyId of the node's key that encrypts it; null for none
   * @param secret null if the person's key is forgotten
   */
  private record Stored(String person, String keyId, byte[] secret) {}

  /**
   * The outcome of a part of a pass over all persons.
   *
   * @param last the last person of the part; empty if it was the last part
   * @param encrypted how many persons' keys are encrypted anew
   * @param missing the ids of the keys that others are encrypted with and the file lacks
   * @param unreadable how many others can't be decrypted although the file has their key
   */
  record Part(Optional<String> last, int encrypted, Set<String> missing, int unreadable) {}

  private final EncryptionKeys keys;

  /** @param keys encrypt the persons' keys; without any, these are stored as they are */
  PersonKeyTable(EncryptionKeys keys) {
    this.keys = keys;
  }

  /** The keys of those among the persons who have a row. */
  Map<String, PersonKey> find(Connection connection, Collection<String> persons) throws SQLException {
    return Sql.selectMap(connection, COLUMNS + "IN (SELECT id FROM unnest(CAST(? AS VARCHAR ARRAY)) AS asked(id))", row -> row.getString(1),
        this::key, (Object) connection.createArrayOf("varchar", persons.toArray(String[]::new)));
  }

  /** The person's key; empty if they have no row. */
  Optional<PersonKey> find(Connection connection, String person) throws SQLException {
    return Sql.selectFirst(connection, COLUMNS + "= ?", this::key, person);
  }

  private PersonKey key(ResultSet row) throws SQLException {
    Stored stored = stored(row);
    try {
      return stored.secret == null ? PersonKey.forgotten(stored.person) : PersonKey.of(stored.person, decrypted(stored));
    } catch (GeneralSecurityException changed) {
      throw new IllegalStateException("a stored key of a person can't be decrypted", changed);
    }
  }

  private static Stored stored(ResultSet row) throws SQLException {
    return new Stored(row.getString(1), row.getString(2), row.getBytes(3));
  }

  /** @throws IllegalStateException if the file lacks the key that it is encrypted with */
  private byte[] decrypted(Stored stored) throws GeneralSecurityException {
    return stored.keyId == null ? stored.secret : Aead.open(keys.get(stored.keyId), stored.secret, stored.person);
  }

  /**
   * Encrypts the next persons' keys with the node's present key, which there must be.
   *
   * @param after the last person of the part before; empty for the first part
   * @param limit the most persons of a part
   */
  Part encryptAgain(Connection connection, String after, int limit) throws SQLException {
    String current = keys.current().orElseThrow();
    // Reads the rows in the order of their primary key, whichever they are: a search for the few that are left would read the whole table.
    List<Stored> found = Sql.select(connection, "SELECT person_id, key_id, secret FROM person_keys WHERE person_id > ? ORDER BY person_id LIMIT ?",
        PersonKeyTable::stored, after, limit);
    List<List<Object>> encrypted = new ArrayList<>();
    Set<String> missing = new TreeSet<>();
    int unreadable = 0;
    for (Stored each : found) {
      if (each.secret == null || current.equals(each.keyId)) {
        continue;
      }
      try {
        if (each.keyId != null && !keys.has(each.keyId)) {
          missing.add(each.keyId);
        } else {
          encrypted.add(List.of(current, Aead.seal(keys.get(current), decrypted(each), each.person), each.person));
        }
      } catch (GeneralSecurityException changed) {
        unreadable++;
      }
    }
    // A person who is deleted meanwhile stays without a key.
    Sql.updateAll(connection, "UPDATE person_keys SET key_id = ?, secret = ? WHERE person_id = ? AND secret IS NOT NULL", encrypted);
    return new Part(found.size() < limit ? Optional.empty() : Optional.of(found.get(found.size() - 1).person), encrypted.size(), missing, unreadable);
  }

  /** Makes a key for a person without a row. Fails with a duplicate key if another node does so at the same time. */
  PersonKey insert(Connection connection, String person, Instant at) throws SQLException {
    byte[] secret = Aead.newKey();
    String keyId = keys.current().orElse(null);
    Sql.update(connection, "INSERT INTO person_keys (person_id, key_id, secret, created_at) VALUES (?, ?, ?, ?)", person, keyId,
        keyId == null ? secret : Aead.seal(keys.get(keyId), secret, person), at.toEpochMilli());
    return PersonKey.of(person, secret);
  }

  /** Forgets the person's key, and tells the nodes that remember it ({@link KeyChanges}). Idempotent. */
  void forget(Connection connection, String person, Instant at) throws SQLException {
    int known = Sql.update(connection, "UPDATE person_keys SET secret = NULL, key_id = NULL, forgotten_at = COALESCE(forgotten_at, ?)"
        + " WHERE person_id = ?", at.toEpochMilli(), person);
    if (known == 0) {
      Sql.update(connection, "INSERT INTO person_keys (person_id, created_at, forgotten_at) VALUES (?, ?, ?)", person, at.toEpochMilli(),
          at.toEpochMilli());
    }
    Sql.update(connection, "UPDATE person_key_changes SET forgotten = forgotten + 1");
  }
}
