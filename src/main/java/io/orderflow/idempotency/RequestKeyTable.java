package io.orderflow.idempotency;

import io.orderflow.kernel.Failures;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The table {@code request_keys}: which request each key belongs to. Its primary key decides between requests that come at the same time. */
final class RequestKeyTable {

  /** The SQL state of a row whose key exists, in both databases. */
  private static final String UNIQUE_VIOLATION = "23505";

  private RequestKeyTable() {}

  /** The fingerprint of the request that the key belongs to. */
  static Optional<String> find(Connection connection, String id) throws SQLException {
    return Sql.selectFirst(connection, "SELECT fingerprint FROM request_keys WHERE id = ?", row -> row.getString(1), id);
  }

  static void insert(Connection connection, String id, String fingerprint, Instant usedAt) throws SQLException {
    Sql.update(connection, "INSERT INTO request_keys (id, fingerprint, used_at) VALUES (?, ?, ?)", id, fingerprint, usedAt.toEpochMilli());
  }

  /** Whether an insert failed because another request has inserted the key meanwhile. */
  static boolean isTaken(Throwable failure) {
    return Failures.cause(failure) instanceof SQLException refused && UNIQUE_VIOLATION.equals(refused.getSQLState());
  }

  /** Deletes rows that are older, the oldest first. Returns how many. */
  static int forget(Connection connection, Instant before, int limit) throws SQLException {
    return Sql.updatePlannedForNow(connection, "DELETE FROM request_keys WHERE id IN"
        + " (SELECT id FROM request_keys WHERE used_at < ? ORDER BY used_at LIMIT ?)", before.toEpochMilli(), limit);
  }
}
