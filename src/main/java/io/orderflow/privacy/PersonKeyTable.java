package io.orderflow.privacy;

import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** The table {@code person_keys}. A person whose key is forgotten keeps a row without it, so that they get no new one. */
final class PersonKeyTable {

  private static final String COLUMNS = "SELECT person_id, key_id, secret FROM person_keys WHERE person_id ";

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
    String person = row.getString(1);
    String keyId = row.getString(2);
    byte[] secret = row.getBytes(3);
    if (secret == null) {
      return PersonKey.forgotten(person);
    }
    try {
      return PersonKey.of(person, keyId == null ? secret : Aead.open(keys.get(keyId), secret, person));
    } catch (java.security.GeneralSecurityException changed) {
      throw new IllegalStateException("a stored key of a person can't be decrypted", changed);
    }
  }

  /** Makes a key for a person without a row. Fails with a duplicate key if another node does so at the same time. */
  PersonKey insert(Connection connection, String person, Instant at) throws SQLException {
    byte[] secret = Aead.newKey();
    String keyId = keys.current().orElse(null);
    Sql.update(connection, "INSERT INTO person_keys (person_id, key_id, secret, created_at) VALUES (?, ?, ?, ?)", person, keyId,
        keyId == null ? secret : Aead.seal(keys.get(keyId), secret, person), at.toEpochMilli());
    return PersonKey.of(person, secret);
  }

  /** Forgets the person's key. Idempotent. */
  void forget(Connection connection, String person, Instant at) throws SQLException {
    int known = Sql.update(connection, "UPDATE person_keys SET secret = NULL, key_id = NULL, forgotten_at = COALESCE(forgotten_at, ?)"
        + " WHERE person_id = ?", at.toEpochMilli(), person);
    if (known == 0) {
      Sql.update(connection, "INSERT INTO person_keys (person_id, created_at, forgotten_at) VALUES (?, ?, ?)", person, at.toEpochMilli(),
          at.toEpochMilli());
    }
  }
}
