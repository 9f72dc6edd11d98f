package io.orderflow.payment;

import io.orderflow.journal.JournalReader.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the table {@code payment_queue}: the queued payments and the refunds that were given up, with their places. It follows the
 * {@link QueueManifest}s in the journal and may be out of date. That does no harm, because each payment knows whether it is still queued.
 */
final class PaymentQueueTable {

  private static final String PREFIX = Payment.NAME + "|";

  /**
   * The changes of one payment in a batch of events.
   *
   * @param joined the last event with which it joined the end of the queue; null if the batch has none
   */
  private record Change(Row joined, Row last, QueueManifest manifest) {

    static Change of(Change before, Row row) {
      if (before != null && before.last.sequence() >= row.sequence()) {
        return before;
      }
      QueueManifest manifest = QueueManifest.parse(row.manifest());
      return new Change(manifest.is(QueueManifest.QUEUED) ? row : before == null ? null : before.joined, row, manifest);
    }

    String orderId() {
      return last.persistenceId().substring(PREFIX.length());
    }

    boolean isSettled() {
      return manifest.is(QueueManifest.SETTLED);
    }

    boolean isGivenUp() {
      return manifest.is(QueueManifest.GIVEN_UP);
    }

    /** The event that gives the payment its place, unless it has a row already. */
    Row place() {
      return joined == null ? last : joined;
    }

    long failedAt() {
      return manifest.failures() > 0 ? last.writtenAt() : 0;
    }
  }

  private PaymentQueueTable() {}

  /** Applies the journal's events; one that is older than its payment's row changes nothing. */
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
        QueueManifest state = change.manifest();
        if (change.joined() != null || change.isSettled()) {
          batch(delete, change.orderId(), change.last().sequence());
        } else {
          batch(update, change.last().sequence(), state.failures(), change.failedAt(), state.dueAt(), state.postponed(),
              change.isGivenUp(), change.orderId(), change.last().sequence());
        }
        if (!change.isSettled()) {
          batch(insert, change.orderId(), change.place().ordering(), change.place().writtenAt(), change.last().sequence(),
              state.failures(), change.failedAt(), state.dueAt(), state.postponed(), change.isGivenUp(), change.orderId());
        }
      }
      delete.executeBatch();
      update.executeBatch();
      insert.executeBatch();
    }
  }

  private static Collection<Change> lastOfEach(List<Row> rows) {
    Map<String, Change> last = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.persistenceId().startsWith(PREFIX) && QueueManifest.concernsQueue(row.manifest())) {
        last.compute(row.persistenceId(), (id, before) -> Change.of(before, row));
      }
    }
    return last.values();
  }

  /**
   * Removes payments that have answered that they are settled, before their events are read. A payment stays if it has joined the queue
   * again, or if the journal has no event that settles it: a payment on a node that was frozen may not know that it is queued.
   */
  static void remove(Connection connection, Collection<QueuedPayment> settled) throws SQLException {
    if (settled.isEmpty()) {
      return;
    }
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM payment_queue WHERE order_id = ? AND position = ?"
        + " AND NOT EXISTS (SELECT 1 FROM event_journal q WHERE q.ordering = payment_queue.position AND NOT EXISTS (SELECT 1 FROM"
        + " event_journal s WHERE s.persistence_id = q.persistence_id AND s.sequence_number > q.sequence_number"
        + " AND s.adapter_manifest = '" + QueueManifest.SETTLED + "'))")) {
      for (QueuedPayment payment : settled) {
        batch(delete, payment.orderId(), payment.position());
      }
      delete.executeBatch();
    }
  }

  /** Delays the next attempts at least until that time. The events of the failures, once they are read, replace it by the exact time. */
  static void delay(Connection connection, Collection<QueuedPayment> failed, Instant failedAt, Instant until) throws SQLException {
    if (failed.isEmpty()) {
      return;
    }
    try (PreparedStatement update = connection.prepareStatement(
        "UPDATE payment_queue SET failed_at = ?, due_at = ? WHERE order_id = ? AND position = ? AND due_at < ?")) {
      for (QueuedPayment payment : failed) {
        batch(update, failedAt.toEpochMilli(), until.toEpochMilli(), payment.orderId(), payment.position(), until.toEpochMilli());
      }
      update.executeBatch();
    }
  }

  private static void batch(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    statement.addBatch();
  }
}
