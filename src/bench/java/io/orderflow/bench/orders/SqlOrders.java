package io.orderflow.bench.orders;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/**
 * The tables and the two transactions of the SQL baseline. As lean as the work allows: no row and no index that the four steps don't need,
 * statements that the server prepares once per connection, those that need no answer of each other in one round trip, and the product's
 * row last of all, so that it is locked for no longer than the commit takes.
 */
final class SqlOrders {

  static final String SCHEMA = """
      CREATE TABLE stock (
        sku VARCHAR(64) PRIMARY KEY, price BIGINT NOT NULL, currency VARCHAR(3) NOT NULL,
        available BIGINT NOT NULL, reserved BIGINT NOT NULL, sold BIGINT NOT NULL) WITH (fillfactor = 30);
      CREATE TABLE orders (
        order_id UUID PRIMARY KEY, customer_id VARCHAR(64) NOT NULL, status VARCHAR(16) NOT NULL, reason VARCHAR(64),
        placed TEXT NOT NULL, total BIGINT NOT NULL, currency VARCHAR(3) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now(), updated_at TIMESTAMPTZ NOT NULL DEFAULT now()) WITH (fillfactor = 70);
      CREATE TABLE payments (
        order_id UUID PRIMARY KEY, transaction_id VARCHAR(64) NOT NULL, amount BIGINT NOT NULL, charged_at TIMESTAMPTZ NOT NULL DEFAULT now());
      CREATE TABLE shipments (
        order_id UUID PRIMARY KEY, status VARCHAR(16) NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now());
      """;

  private static final String INSERT = "INSERT INTO orders (order_id, customer_id, status, reason, placed, total, currency)"
      + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id) DO NOTHING";
  private static final String RESERVE = "UPDATE stock SET available = available - ?, reserved = reserved + ?"
      + " WHERE sku = ? AND price = ? AND currency = ? AND available >= ?";
  private static final String PAID = "INSERT INTO payments (order_id, transaction_id, amount) VALUES (?, ?, ?);"
      + "INSERT INTO shipments (order_id, status) VALUES (?, 'CREATED');"
      + "UPDATE orders SET status = 'CONFIRMED', updated_at = now() WHERE order_id = ?";
  private static final String SELL = "UPDATE stock SET reserved = reserved - ?, sold = sold + ? WHERE sku = ?";
  private static final String CANCEL = "UPDATE orders SET status = 'CANCELLED', reason = ?, updated_at = now() WHERE order_id = ?";
  private static final String RELEASE = "UPDATE stock SET reserved = reserved - ?, available = available + ? WHERE sku = ?";

  /** How the first transaction ended. */
  enum Placing { RESERVED, OUT_OF_STOCK, KNOWN }

  /** What is on record of an order that was placed before. */
  record Known(String status, String placed) {}

  private final HikariDataSource pool;

  SqlOrders(String url, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername("postgres");
    config.setPassword("postgres");
    config.setMaximumPoolSize(connections);
    config.setAutoCommit(false);
    // A statement is prepared on the server from its first use on.
    config.addDataSourceProperty("prepareThreshold", "1");
    this.pool = new HikariDataSource(config);
  }

  /** The first transaction: the order as PENDING and its stock reserved, or the order as CANCELLED; nothing when it is known. */
  Placing place(UUID orderId, SqlOrder order) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      if (!insert(connection, orderId, order, "PENDING", null)) {
        connection.rollback();
        return Placing.KNOWN;
      }
      for (SqlOrder.Item item : order.items()) {
        if (!reserve(connection, order, item)) {
          connection.rollback();
          insert(connection, orderId, order, "CANCELLED", Placing.OUT_OF_STOCK.name());
          connection.commit();
          return Placing.OUT_OF_STOCK;
        }
      }
      connection.commit();
      return Placing.RESERVED;
    }
  }

  private static boolean insert(Connection connection, UUID orderId, SqlOrder order, String status, String reason) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setObject(1, orderId);
      insert.setString(2, order.customerId());
      insert.setString(3, status);
      insert.setString(4, reason);
      insert.setString(5, new String(order.json(), StandardCharsets.UTF_8));
      insert.setLong(6, order.total());
      insert.setString(7, order.currency());
      return insert.executeUpdate() == 1;
    }
  }

  private static boolean reserve(Connection connection, SqlOrder order, SqlOrder.Item item) throws SQLException {
    try (PreparedStatement reserve = connection.prepareStatement(RESERVE)) {
      reserve.setLong(1, item.quantity());
      reserve.setLong(2, item.quantity());
      reserve.setString(3, item.sku());
      reserve.setLong(4, item.unitPrice());
      reserve.setString(5, order.currency());
      reserve.setLong(6, item.quantity());
      return reserve.executeUpdate() == 1;
    }
  }

  /** The second transaction: payment, shipment, the order as CONFIRMED and its stock sold. */
  void confirm(UUID orderId, SqlOrder order, String transactionId) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      try (PreparedStatement paid = connection.prepareStatement(PAID)) {
        paid.setObject(1, orderId);
        paid.setString(2, transactionId);
        paid.setLong(3, order.total());
        paid.setObject(4, orderId);
        paid.setObject(5, orderId);
        paid.execute();
      }
      move(connection, SELL, order);
      connection.commit();
    }
  }

  /** The second transaction of an order that is not paid: the order as CANCELLED and its stock available again. */
  void cancel(UUID orderId, SqlOrder order, String reason) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      try (PreparedStatement cancel = connection.prepareStatement(CANCEL)) {
        cancel.setString(1, reason);
        cancel.setObject(2, orderId);
        cancel.executeUpdate();
      }
      move(connection, RELEASE, order);
      connection.commit();
    }
  }

  private static void move(Connection connection, String sql, SqlOrder order) throws SQLException {
    for (SqlOrder.Item item : order.items()) {
      try (PreparedStatement move = connection.prepareStatement(sql)) {
        move.setLong(1, item.quantity());
        move.setLong(2, item.quantity());
        move.setString(3, item.sku());
        move.executeUpdate();
      }
    }
  }

  /** An order that was placed before. */
  Known known(UUID orderId) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement query = connection.prepareStatement("SELECT status, placed FROM orders WHERE order_id = ?")) {
      query.setObject(1, orderId);
      try (ResultSet found = query.executeQuery()) {
        found.next();
        Known known = new Known(found.getString(1), found.getString(2));
        connection.commit();
        return known;
      }
    }
  }
}
