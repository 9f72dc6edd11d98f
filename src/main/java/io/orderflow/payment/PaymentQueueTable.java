package io.orderflow.payment;

import io.orderflow.store.JournalReader.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The table {@code payment_queue}: the payments that wait, in the order of their turn. The journal is the truth; this is only who to
 * ask. A row that is out of date does no harm, as each payment knows itself whether it still waits.
 */
final class PaymentQueueTable {

  /** What an event's manifest says when the payment waits after it, at the end of the queue. */
  static final String QUEUED = "QUEUED";
  /** The same when it waits no longer. */
  static final String SETTLED = "SETTLED";
  private static final String PREFIX = Payment.KEY.name() + "|";

  /** A payment that waits, and its place. */
  record Waiting(String orderId, long position, Instant queuedAt) {}

  /** @param oldest since when the first has waited; null when none does */
  record Backlog(int waiting, Instant oldest) {
    static final Backlog EMPTY = new Backlog(0, null);
  }

  private PaymentQueueTable() {}

  /** Takes in what the journal says; a row that is older than what is known changes nothing. */
  static void record(Connection connection, List<Row> rows) throws SQLException {
    Collection<Row> changes = lastOfEach(rows);
    if (changes.isEmpty()) {
      return;
    }
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM payment_queue WHERE order_id = ? AND sequence < ?");
        PreparedStatement insert = connection.prepareStatement("INSERT INTO payment_queue (order_id, position, sequence, queued_at)"
            + " SELECT CAST(? AS VARCHAR(64)), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)"
            + " WHERE NOT EXISTS (SELECT 1 FROM payment_queue WHERE order_id = ?)")) {
      for (Row row : changes) {
        String orderId = row.persistenceId().substring(PREFIX.length());
        delete.setString(1, orderId);
        delete.setLong(2, row.sequence());
        delete.addBatch();
        if (row.manifest().equals(QUEUED)) {
          insert.setString(1, orderId);
          insert.setLong(2, row.ordering());
          insert.setLong(3, row.sequence());
          insert.setLong(4, row.writtenAt());
          insert.setString(5, orderId);
          insert.addBatch();
        }
      }
      delete.executeBatch();
      insert.executeBatch();
    }
  }

  private static Collection<Row> lastOfEach(List<Row> rows) {
    Map<String, Row> last = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.persistenceId().startsWith(PREFIX) && (QUEUED.equals(row.manifest()) || SETTLED.equals(row.manifest()))) {
        last.merge(row.persistenceId(), row, (a, b) -> a.sequence() > b.sequence() ? a : b);
      }
    }
    return last.values();
  }

  /**
   * Takes out payments that were found settled, unless they have joined the queue again. The journal has the last word: a payment on a
   * node that was frozen may not know that it waits.
   */
  static void remove(Connection connection, Collection<Waiting> settled) throws SQLException {
    if (settled.isEmpty()) {
      return;
    }
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM payment_queue WHERE order_id = ? AND position = ?"
        + " AND NOT EXISTS (SELECT 1 FROM event_journal q WHERE q.ordering = payment_queue.position AND NOT EXISTS (SELECT 1 FROM"
        + " event_journal s WHERE s.persistence_id = q.persistence_id AND s.sequence_number > q.sequence_number"
        + " AND s.adapter_manifest = '" + SETTLED + "'))")) {
      for (Waiting payment : settled) {
        delete.setString(1, payment.orderId());
        delete.setLong(2, payment.position());
        delete.addBatch();
      }
      delete.executeBatch();
    }
  }

  /** Those whose turn comes first. */
  static List<Waiting> first(Connection connection, int limit) throws SQLException {
    return select(connection, "ORDER BY position LIMIT ?", limit);
  }

  /** The orders among these whose payment waits. */
  static Set<String> waiting(Connection connection, List<String> orderIds) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT order_id FROM payment_queue WHERE order_id = ANY(?)")) {
      select.setArray(1, connection.createArrayOf("varchar", orderIds.toArray()));
      Set<String> waiting = new HashSet<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          waiting.add(found.getString(1));
        }
      }
      return waiting;
    }
  }

  /** Newest first, from the given one on. */
  static List<Waiting> list(Connection connection, Instant before, String beforeId, int limit) throws SQLException {
    return select(connection, "WHERE queued_at < ? OR queued_at = ? AND order_id < ? ORDER BY queued_at DESC, order_id DESC LIMIT ?",
        before.toEpochMilli(), before.toEpochMilli(), beforeId, limit);
  }

  /** How many wait, counted up to the bound, and since when the first does. */
  static Backlog backlog(Connection connection, int bound) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT COUNT(*), MIN(queued_at) FROM (SELECT queued_at FROM payment_queue ORDER BY position LIMIT ?) waiting")) {
      select.setInt(1, bound);
      try (ResultSet found = select.executeQuery()) {
        found.next();
        return found.getInt(1) == 0 ? Backlog.EMPTY : new Backlog(found.getInt(1), Instant.ofEpochMilli(found.getLong(2)));
      }
    }
  }

  private static List<Waiting> select(Connection connection, String rest, Object... values) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT order_id, position, queued_at FROM payment_queue " + rest)) {
      for (int i = 0; i < values.length; i++) {
        select.setObject(i + 1, values[i]);
      }
      List<Waiting> rows = new ArrayList<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          rows.add(new Waiting(found.getString(1), found.getLong(2), Instant.ofEpochMilli(found.getLong(3))));
        }
      }
      return rows;
    }
  }
}
