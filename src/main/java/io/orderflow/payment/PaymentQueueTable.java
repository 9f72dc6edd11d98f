package io.orderflow.payment;

import io.orderflow.journal.JournalReader.Row;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the table {@code payment_queue}: the queued payments and the refunds that were given up, with their places. It follows the
 * {@link QueueManifest}s in the journal and may be out of date. That does no harm, because each payment knows whether it is still queued.
 */
final class PaymentQueueTable {

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
      QueueManifest manifest = QueueManifest.parse(QueueManifest.of(row));
      return new Change(manifest.is(QueueManifest.QUEUED) ? row : before == null ? null : before.joined, row, manifest);
    }

    String orderId() {
      return last.persistenceId().substring(last.persistenceId().indexOf('|') + 1);
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
    List<List<Object>> deletes = new ArrayList<>();
    List<List<Object>> updates = new ArrayList<>();
    List<List<Object>> inserts = new ArrayList<>();
    for (Change change : changes) {
      QueueManifest state = change.manifest();
      if (change.joined() != null || change.isSettled()) {
        deletes.add(List.of(change.orderId(), change.last().sequence()));
      } else {
        updates.add(List.of(change.last().sequence(), state.failures(), change.failedAt(), state.dueAt(), state.postponed(),
            change.isGivenUp(), change.orderId(), change.last().sequence()));
      }
      if (!change.isSettled()) {
        inserts.add(List.of(change.orderId(), change.place().ordering(), change.place().writtenAt(), change.last().sequence(),
            state.failures(), change.failedAt(), state.dueAt(), state.postponed(), change.isGivenUp(), change.orderId()));
      }
    }
    Sql.updateAll(connection, "DELETE FROM payment_queue WHERE order_id = ? AND sequence < ?", deletes);
    Sql.updateAll(connection, "UPDATE payment_queue SET sequence = ?, failures = ?, failed_at = ?, due_at = ?, postponed = ?, given_up = ?"
        + " WHERE order_id = ? AND sequence < ?", updates);
    Sql.updateAll(connection, "INSERT INTO payment_queue (order_id, position, queued_at, sequence, failures, failed_at, due_at, postponed,"
        + " given_up) SELECT CAST(? AS VARCHAR(64)), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS INTEGER),"
        + " CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BOOLEAN), CAST(? AS BOOLEAN)"
        + " WHERE NOT EXISTS (SELECT 1 FROM payment_queue WHERE order_id = ?)", inserts);
  }

  private static Collection<Change> lastOfEach(List<Row> rows) {
    Map<String, Change> last = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.persistenceId() != null && QueueManifest.concernsQueue(QueueManifest.of(row))) {
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
    Sql.updateAll(connection, "DELETE FROM payment_queue WHERE order_id = ? AND position = ?"
        + " AND NOT EXISTS (SELECT 1 FROM event_journal q WHERE q.ordering = payment_queue.position AND NOT EXISTS (SELECT 1 FROM"
        + " event_journal s WHERE s.persistence_id = q.persistence_id AND s.sequence_number > q.sequence_number"
        + " AND s.adapter_manifest LIKE '% " + QueueManifest.SETTLED + "'))",
        settled.stream().map(payment -> List.<Object>of(payment.orderId(), payment.position())).toList());
  }

  /** Delays the next attempts at least until that time. The events of the failures, once they are read, replace it by the exact time. */
  static void delay(Connection connection, Collection<QueuedPayment> failed, Instant failedAt, Instant until) throws SQLException {
    Sql.updateAll(connection, "UPDATE payment_queue SET failed_at = ?, due_at = ? WHERE order_id = ? AND position = ? AND due_at < ?",
        failed.stream().map(payment -> List.<Object>of(failedAt.toEpochMilli(), until.toEpochMilli(), payment.orderId(), payment.position(),
            until.toEpochMilli())).toList());
  }
}
