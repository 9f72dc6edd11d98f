package io.orderflow.payment;

import io.orderflow.journal.JournalReader.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
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

  /** What an event's manifest says when the payment waits after it, at the end of the queue. A number after it: the calls that failed. */
  static final String QUEUED = "QUEUED";
  /** The same when a call failed and it keeps its place: then the failures, whether it is postponed (0 or 1), when it is due. */
  static final String FAILED = "FAILED";
  /** The same when its refund was given up. */
  static final String GIVEN_UP = "GIVEN_UP";
  /** The same when it waits no longer. */
  static final String SETTLED = "SETTLED";
  private static final Set<String> KINDS = Set.of(QUEUED, FAILED, GIVEN_UP, SETTLED);
  private static final String PREFIX = Payment.KEY.name() + "|";

  /**
   * A payment that waits, and its place.
   *
   * @param failures the calls that failed one after the other
   * @param failedAt when the last of them did; null before any has
   * @param dueAt when the next call may be made
   */
  record Waiting(String orderId, long position, Instant queuedAt, int failures, Instant failedAt, Instant dueAt) {

    /** One for which no call has failed. */
    Waiting(String orderId, long position, Instant queuedAt) {
      this(orderId, position, queuedAt, 0, null, Instant.EPOCH);
    }
  }

  /**
   * @param waiting how many wait, those that are postponed included
   * @param postponed how many of them fail while others succeed
   * @param oldest since when the first has waited that is due and not postponed; null when there is none
   * @param givenUp how many refunds were given up and wait for an operator
   */
  record Backlog(int waiting, int postponed, Instant oldest, int givenUp) {
    static final Backlog EMPTY = new Backlog(0, 0, null, 0);
  }

  /**
   * The last that some events say of a payment.
   *
   * @param joined the event with which it joined the end of the queue; null when it was in it before
   */
  private record Change(Row joined, Row last) {

    static Change of(Change before, Row row) {
      if (before != null && before.last.sequence() >= row.sequence()) {
        return before;
      }
      return new Change(kind(row).equals(QUEUED) ? row : before == null ? null : before.joined, row);
    }

    String orderId() {
      return last.persistenceId().substring(PREFIX.length());
    }

    boolean isNewPlace() {
      return joined != null || kind(last).equals(SETTLED);
    }

    boolean waits() {
      return !kind(last).equals(SETTLED);
    }

    /** Where and since when it waits, unless it has a place already. */
    Row place() {
      return joined == null ? last : joined;
    }

    /** The number in that field of the manifest, or 0. */
    private long number(int field) {
      String[] fields = last.manifest().split(":");
      return fields.length > field ? Long.parseLong(fields[field]) : 0;
    }

    int failures() {
      return (int) number(1);
    }

    boolean postponed() {
      return number(2) == 1;
    }

    long dueAt() {
      return number(3);
    }

    long failedAt() {
      return failures() > 0 ? last.writtenAt() : 0;
    }

    boolean givenUp() {
      return kind(last).equals(GIVEN_UP);
    }
  }

  private PaymentQueueTable() {}

  /** The manifest of an event after which the payment waits at the end of the queue. */
  static String queued(int failures) {
    return failures == 0 ? QUEUED : QUEUED + ":" + failures;
  }

  /** The manifest of an event after which the payment waits, in its old place, for its next call. */
  static String failed(int failures, boolean postponed, Instant dueAt) {
    return String.join(":", FAILED, Integer.toString(failures), postponed ? "1" : "0", Long.toString(dueAt.toEpochMilli()));
  }

  private static String kind(Row row) {
    int end = row.manifest().indexOf(':');
    return end < 0 ? row.manifest() : row.manifest().substring(0, end);
  }

  /** Takes in what the journal says; a row that is older than what is known changes nothing. */
  static void record(Connection connection, List<Row> rows) throws SQLException {
    Collection<Change> changes = lastOfEach(rows);
    if (changes.isEmpty()) {
      return;
    }
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM payment_queue WHERE order_id = ? AND sequence < ?");
        PreparedStatement update = connection.prepareStatement("UPDATE payment_queue SET sequence = ?, failures = ?, failed_at = ?,"
            + " due_at = ?, postponed = ?, given_up = ? WHERE order_id = ? AND sequence < ?");
        PreparedStatement insert = connection.prepareStatement("INSERT INTO payment_queue (order_id, position, queued_at, sequence,"
            + " failures, failed_at, due_at, postponed, given_up) SELECT CAST(? AS VARCHAR(64)), CAST(? AS BIGINT), CAST(? AS BIGINT),"
            + " CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BOOLEAN), CAST(? AS BOOLEAN)"
            + " WHERE NOT EXISTS (SELECT 1 FROM payment_queue WHERE order_id = ?)")) {
      for (Change change : changes) {
        if (change.isNewPlace()) {
          batch(delete, change.orderId(), change.last.sequence());
        } else {
          batch(update, change.last.sequence(), change.failures(), change.failedAt(), change.dueAt(), change.postponed(),
              change.givenUp(), change.orderId(), change.last.sequence());
        }
        if (change.waits()) {
          batch(insert, change.orderId(), change.place().ordering(), change.place().writtenAt(), change.last.sequence(),
              change.failures(), change.failedAt(), change.dueAt(), change.postponed(), change.givenUp(), change.orderId());
        }
      }
      delete.executeBatch();
      update.executeBatch();
      insert.executeBatch();
    }
  }

  private static void batch(PreparedStatement statement, Object... values) throws SQLException {
    set(statement, values);
    statement.addBatch();
  }

  private static void set(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }

  private static Collection<Change> lastOfEach(List<Row> rows) {
    Map<String, Change> last = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.persistenceId().startsWith(PREFIX) && row.manifest() != null && KINDS.contains(kind(row))) {
        last.compute(row.persistenceId(), (id, before) -> Change.of(before, row));
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

  /** The first of those that are made in the order of the queue, be they due or not. */
  static List<Waiting> first(Connection connection, int limit) throws SQLException {
    return select(connection, "WHERE NOT postponed AND NOT given_up ORDER BY position LIMIT ?", limit);
  }

  /** Of those that are postponed the ones that are due; so is one that is due later than any pause can last: a clock was wrong. */
  static List<Waiting> duePostponed(Connection connection, Instant now, Duration longestPause, int limit) throws SQLException {
    return select(connection, "WHERE postponed AND NOT given_up AND (due_at <= ? OR due_at > ?) ORDER BY due_at, position LIMIT ?",
        now.toEpochMilli(), now.plus(longestPause).toEpochMilli(), limit);
  }

  /** Refunds that were given up, in the order of their places, beginning after that one. */
  static List<Waiting> givenUp(Connection connection, long afterPosition, int limit) throws SQLException {
    return select(connection, "WHERE given_up AND position > ? ORDER BY position LIMIT ?", afterPosition, limit);
  }

  /** Lets nobody call for these before that time, until the journal is read, which says the same more exactly. */
  static void holdBack(Connection connection, Collection<Waiting> failed, Instant failedAt, Instant until) throws SQLException {
    if (failed.isEmpty()) {
      return;
    }
    try (PreparedStatement update = connection.prepareStatement(
        "UPDATE payment_queue SET failed_at = ?, due_at = ? WHERE order_id = ? AND position = ? AND due_at < ?")) {
      for (Waiting payment : failed) {
        batch(update, failedAt.toEpochMilli(), until.toEpochMilli(), payment.orderId(), payment.position(), until.toEpochMilli());
      }
      update.executeBatch();
    }
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

  /** Those that wait, or the refunds that were given up; newest first, from the given one on. */
  static List<Waiting> list(Connection connection, boolean givenUp, Instant before, String beforeId, int limit) throws SQLException {
    return select(connection, "WHERE given_up = ? AND (queued_at < ? OR queued_at = ? AND order_id < ?)"
        + " ORDER BY queued_at DESC, order_id DESC LIMIT ?", givenUp, before.toEpochMilli(), before.toEpochMilli(), beforeId, limit);
  }

  /** How many wait and how many were given up, each counted up to the bound. */
  static Backlog backlog(Connection connection, Instant now, int bound) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT COUNT(*), COUNT(CASE WHEN postponed THEN 1 END),"
        + " MIN(CASE WHEN NOT postponed AND due_at <= ? THEN queued_at END),"
        + " (SELECT COUNT(*) FROM (SELECT 1 FROM payment_queue WHERE given_up LIMIT ?) given_up)"
        + " FROM (SELECT queued_at, due_at, postponed FROM payment_queue WHERE NOT given_up ORDER BY position LIMIT ?) waiting")) {
      set(select, now.toEpochMilli(), bound, bound);
      try (ResultSet found = select.executeQuery()) {
        found.next();
        Long oldest = found.getObject(3, Long.class);
        return new Backlog(found.getInt(1), found.getInt(2), oldest == null ? null : Instant.ofEpochMilli(oldest), found.getInt(4));
      }
    }
  }

  private static List<Waiting> select(Connection connection, String rest, Object... values) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT order_id, position, queued_at, failures, failed_at, due_at FROM payment_queue " + rest)) {
      set(select, values);
      List<Waiting> rows = new ArrayList<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          long failedAt = found.getLong(5);
          rows.add(new Waiting(found.getString(1), found.getLong(2), Instant.ofEpochMilli(found.getLong(3)), found.getInt(4),
              failedAt == 0 ? null : Instant.ofEpochMilli(failedAt), Instant.ofEpochMilli(found.getLong(6))));
        }
      }
      return rows;
    }
  }
}
