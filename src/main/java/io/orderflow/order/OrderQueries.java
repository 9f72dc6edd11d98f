package io.orderflow.order;

import io.orderflow.http.Json;
import io.orderflow.http.Page;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Sql;
import io.orderflow.order.Order.Status;
import io.orderflow.projection.Projections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Queries the views of orders. Never asks the aggregates. */
public final class OrderQueries {

  /** The number of orders in each status, over all nodes. */
  record Stats(long pending, long confirmed, long cancelled) {}

  private static final String LIVE = Projections.live(OrderProjection.NAME);
  private static final String SUMMARY = "SELECT s.order_id, s.customer_id, s.status, s.reason, s.detail, s.currency, s.total_minor,"
      + " s.placed, s.transaction_id, s.shipment_id, s.created_at, s.updated_at FROM ";

  private final Database database;
  private final OrderPrivacy privacy;

  public OrderQueries(Database database, OrderPrivacy privacy) {
    this.database = database;
    this.privacy = privacy;
  }

  /** Finds an order. Empty if the view does not have it, or not yet. */
  CompletionStage<Optional<OrderResponse>> find(String orderId) {
    return database.async(connection -> select(connection,
        SUMMARY + "order_summaries s WHERE s.generation = " + LIVE + " AND s.order_id = ?", List.of(orderId)))
        .thenCompose(privacy::open).thenApply(orders -> orders.stream().findFirst());
  }

  /**
   * Reads a page of orders, newest first: {@code {orders: […], next}}.
   *
   * @param customerId empty for the orders of all customers
   * @param status empty for orders of any status
   */
  public CompletionStage<Map<String, Object>> list(Optional<String> customerId, Optional<Status> status, Page page) {
    List<Status> statuses = status.map(List::of).orElse(List.of(Status.values()));
    return database.async(connection -> select(connection, listing(customerId.isPresent(), statuses.size()),
            values(customerId, statuses, page)))
        .thenCompose(privacy::open).thenApply(rows -> page.answer("orders", rows, OrderResponse::createdAt, OrderResponse::orderId));
  }

  CompletionStage<Stats> stats() {
    return database.async(connection -> {
      Map<Status, Long> counts = Sql.selectMap(connection, "SELECT status, SUM(orders) FROM order_counts WHERE generation = " + LIVE
          + " GROUP BY status", row -> Status.valueOf(row.getString(1)), row -> row.getLong(2));
      return new Stats(counts.getOrDefault(Status.PENDING, 0L), counts.getOrDefault(Status.CONFIRMED, 0L),
          counts.getOrDefault(Status.CANCELLED, 0L));
    });
  }

  /**
   * Selects a page from one index range for each status, so that the cost does not depend on the number of rows before and behind the page.
   * The leading columns of the index are in the sort order too: without them the databases would sort instead of following the index.
   *
   * @param statuses the number of statuses, which are bound as parameters
   */
  static String listing(boolean ofCustomer, int statuses) {
    String range = "(SELECT generation, order_id, created_at FROM " + (ofCustomer ? "customer_orders" : "order_summaries")
        + " WHERE generation = " + LIVE + (ofCustomer ? " AND customer_id = ?" : "") + " AND status = ?"
        + " AND created_at <= ? AND (created_at < ? OR order_id < ?)"
        + " ORDER BY generation, " + (ofCustomer ? "customer_id, " : "") + "status, created_at DESC, order_id DESC LIMIT ?)";
    String page = "SELECT * FROM (" + String.join(" UNION ALL ", Collections.nCopies(statuses, range)) + ") ranges"
        + " ORDER BY created_at DESC, order_id DESC LIMIT ?";
    return SUMMARY + "(" + page + ") p JOIN order_summaries s ON s.generation = p.generation AND s.order_id = p.order_id"
        + " ORDER BY s.created_at DESC, s.order_id DESC";
  }

  static List<Object> values(Optional<String> customerId, List<Status> statuses, Page page) {
    List<Object> values = new ArrayList<>();
    long before = page.before().toEpochMilli();
    for (Status status : statuses) {
      customerId.ifPresent(values::add);
      values.addAll(List.of(status.name(), before, before, page.beforeId(), page.limit() + 1));
    }
    values.add(page.limit() + 1);
    return values;
  }

  private static List<OrderResponse> select(Connection connection, String sql, List<Object> values) throws SQLException {
    return Sql.selectPlannedForNow(connection, sql, OrderQueries::order, values.toArray());
  }

  private static OrderResponse order(ResultSet row) throws SQLException {
    OrderProjection.Placed placed = Json.stored(row.getString(8), OrderProjection.Placed.class);
    Money total = new Money(row.getLong(7), row.getString(6));
    OrderResponse.Payment payment = new OrderResponse.Payment(placed.payment().method(), placed.payment().accountId(), row.getString(9));
    OrderResponse.Shipment shipment = row.getString(10) == null ? null : new OrderResponse.Shipment(row.getString(10));
    return new OrderResponse(row.getString(1), row.getString(2), Status.valueOf(row.getString(3)), row.getString(4), row.getString(5),
        total.currency(), total.amount(), placed.items(), payment, shipment, placed.shippingAddress(),
        Instant.ofEpochMilli(row.getLong(11)), Instant.ofEpochMilli(row.getLong(12)));
  }
}
