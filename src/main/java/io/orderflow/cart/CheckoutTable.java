package io.orderflow.cart;

import io.orderflow.journal.JournalReader.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table {@code cart_checkouts}: the carts whose order is recorded and not yet known to be placed. A cart is checked out once, so its
 * row comes once and goes once; what the journal index tells again after a crash it tells to the end.
 */
final class CheckoutTable {

  private static final String PREFIX = ShoppingCart.NAME + "|";

  private CheckoutTable() {}

  /** Takes in what the journal says. */
  static void record(Connection connection, List<Row> rows) throws SQLException {
    Map<String, Row> last = lastOfEach(rows);
    if (last.isEmpty()) {
      return;
    }
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM cart_checkouts WHERE cart_id = ?");
        PreparedStatement insert = connection.prepareStatement("INSERT INTO cart_checkouts (cart_id, recorded_at) VALUES (?, ?)")) {
      for (Map.Entry<String, Row> cart : last.entrySet()) {
        delete.setString(1, cart.getKey());
        delete.addBatch();
        if (cart.getValue().manifest().equals(ShoppingCart.CHECKED_OUT)) {
          insert.setString(1, cart.getKey());
          insert.setLong(2, cart.getValue().writtenAt());
          insert.addBatch();
        }
      }
      delete.executeBatch();
      insert.executeBatch();
    }
  }

  /** The carts that wait, in the order of their ids. */
  static List<String> waiting(Connection connection, String afterId, int limit) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(
        "SELECT cart_id FROM cart_checkouts WHERE cart_id > ? ORDER BY cart_id LIMIT ?")) {
      select.setString(1, afterId);
      select.setInt(2, limit);
      List<String> carts = new ArrayList<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          carts.add(found.getString(1));
        }
      }
      return carts;
    }
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
