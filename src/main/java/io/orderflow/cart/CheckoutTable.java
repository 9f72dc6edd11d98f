package io.orderflow.cart;

import io.orderflow.journal.JournalReader.Row;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table {@code cart_checkouts}: carts whose order is recorded but not known to be placed. A cart is checked out once, so its row is
 * inserted once and deleted once. After a crash the journal index repeats events, but always up to the cart's last event.
 */
final class CheckoutTable {

  private static final String PREFIX = ShoppingCart.NAME + "|";

  private CheckoutTable() {}

  /** Updates the table from events. Idempotent. */
  static void record(Connection connection, List<Row> rows) throws SQLException {
    Map<String, Row> last = lastOfEach(rows);
    if (last.isEmpty()) {
      return;
    }
    Sql.updateAll(connection, "DELETE FROM cart_checkouts WHERE cart_id = ?", last.keySet().stream().map(List::<Object>of).toList());
    Sql.updateAll(connection, "INSERT INTO cart_checkouts (cart_id, recorded_at) VALUES (?, ?)", last.entrySet().stream()
        .filter(cart -> cart.getValue().manifest().equals(ShoppingCart.CHECKED_OUT))
        .map(cart -> List.<Object>of(cart.getKey(), cart.getValue().writtenAt())).toList());
  }

  /** Selects carts with a greater id, in the order of their ids. */
  static List<String> waiting(Connection connection, String afterId, int limit) throws SQLException {
    return Sql.select(connection, "SELECT cart_id FROM cart_checkouts WHERE cart_id > ? ORDER BY cart_id LIMIT ?",
        row -> row.getString(1), afterId, limit);
  }

  private static Map<String, Row> lastOfEach(List<Row> rows) {
    Map<String, Row> last = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.persistenceId().startsWith(PREFIX)
          && (ShoppingCart.CHECKED_OUT.equals(row.manifest()) || ShoppingCart.PLACED.equals(row.manifest()))) {
        last.merge(row.persistenceId().substring(PREFIX.length()), row, (a, b) -> a.sequence() > b.sequence() ? a : b);
      }
    }
    return last;
  }
}
