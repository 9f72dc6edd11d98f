package io.orderflow.console;

import io.orderflow.console.Batch.Action;
import io.orderflow.console.Batch.Item;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The tables {@code batches} and {@code batch_items}. The orders of a batch are written when it is made, and never change. */
final class BatchTable {

  private static final String SELECT = "SELECT b.batch_id, b.action, b.selection, b.orders, b.more, b.made_by, b.made_at, b.confirmed_by, b.reason,"
      + " b.confirmed_at, b.ended_at, (SELECT COUNT(*) FROM batch_items i WHERE i.batch_id = b.batch_id AND i.outcome IS NOT NULL),"
      + " (SELECT COUNT(*) FROM batch_items i WHERE i.batch_id = b.batch_id AND i.outcome <> 'DONE') FROM batches b ";

  private final Database database;

  BatchTable(Database database) {
    this.database = database;
  }

  /** Stores a new batch. */
  CompletionStage<Integer> insert(Batch batch, List<String> orderIds) {
    return database.async(connection -> {
      Sql.update(connection, "INSERT INTO batches (batch_id, action, selection, orders, more, made_by, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
          batch.batchId(), batch.action().name(), batch.selection(), batch.orders(), batch.more(), batch.madeBy(), batch.madeAt().toEpochMilli());
      List<List<Object>> items = new ArrayList<>();
      for (int i = 0; i < orderIds.size(); i++) {
        items.add(List.of(batch.batchId(), i + 1, orderIds.get(i)));
      }
      Sql.updateAll(connection, "INSERT INTO batch_items (batch_id, position, order_id) VALUES (?, ?, ?)", items);
      return items.size();
    });
  }

  /** Records that the batch is to be carried out; does nothing if it was recorded before. */
  CompletionStage<Integer> confirm(String batchId, String operator, String reason, Instant at) {
    return database.async(connection -> Sql.update(connection, "UPDATE batches SET confirmed_by = ?, reason = ?, confirmed_at = ?"
        + " WHERE batch_id = ? AND confirmed_at IS NULL", operator, reason, at.toEpochMilli(), batchId));
  }

  /** Orders that are not done with, in order. */
  CompletionStage<List<Item>> open(String batchId, int limit) {
    return database.async(connection -> items(connection, "outcome IS NULL AND position > ?", batchId, 0, limit));
  }

  /** Records the outcomes of orders, by position. */
  CompletionStage<Void> record(String batchId, Map<Integer, String> outcomes) {
    return database.async(connection -> {
      Sql.updateAll(connection, "UPDATE batch_items SET outcome = ? WHERE batch_id = ? AND position = ?",
          outcomes.entrySet().stream().map(entry -> List.<Object>of(entry.getValue(), batchId, entry.getKey())).toList());
      return null;
    });
  }

  /** Records that all orders are done with. */
  CompletionStage<Integer> end(String batchId, Instant at) {
    return database.async(connection -> Sql.update(connection, "UPDATE batches SET ended_at = ? WHERE batch_id = ? AND ended_at IS NULL", at.toEpochMilli(),
        batchId));
  }

  CompletionStage<Optional<Batch>> find(String batchId) {
    return database.async(connection -> Sql.selectFirst(connection, SELECT + "WHERE b.batch_id = ?", BatchTable::batch, batchId));
  }

  /** A batch with its orders after that position. */
  CompletionStage<Optional<Batch.WithItems>> find(String batchId, int after, int limit) {
    return database.async(connection -> {
      Optional<Batch> batch = Sql.selectFirst(connection, SELECT + "WHERE b.batch_id = ?", BatchTable::batch, batchId);
      return batch.isEmpty() ? Optional.empty()
          : Optional.of(new Batch.WithItems(batch.get(), items(connection, "position > ?", batchId, after, limit)));
    });
  }

  /** Batches, newest first, beginning after the given one. */
  CompletionStage<List<Batch>> page(Instant before, String beforeId, int limit) {
    long millis = before.toEpochMilli();
    return database.async(connection -> Sql.select(connection, SELECT + "WHERE b.made_at <= ? AND (b.made_at < ? OR b.batch_id < ?)"
        + " ORDER BY b.made_at DESC, b.batch_id DESC LIMIT ?", BatchTable::batch, millis, millis, beforeId, limit));
  }

  private static List<Item> items(Connection connection, String condition, String batchId, int after, int limit) throws SQLException {
    return Sql.select(connection, "SELECT position, order_id, outcome FROM batch_items WHERE batch_id = ? AND " + condition + " ORDER BY position LIMIT ?",
        row -> new Item(row.getInt(1), row.getString(2), row.getString(3)), batchId, after, limit);
  }

  private static Batch batch(ResultSet row) throws SQLException {
    return new Batch(row.getString(1), Action.valueOf(row.getString(2)), row.getString(3), row.getInt(4), row.getBoolean(5), row.getString(6),
        Instant.ofEpochMilli(row.getLong(7)), row.getString(8), row.getString(9), instant(row, 10), row.getInt(12), row.getInt(13), instant(row, 11));
  }

  private static Instant instant(ResultSet row, int column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }
}
