package io.orderflow.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.Json;
import io.orderflow.order.Order.Status;
import io.orderflow.shipping.Address;
import io.orderflow.view.View;
import io.orderflow.view.ViewEvent;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The views of orders, filled from the events of orders alone: {@code order_summaries}, one row an order; {@code customer_orders}, the
 * orders of each customer; {@code order_counts}, how many there are of each status.
 */
public final class OrderViews implements View<Order.Event> {

  static final String NAME = "orders";

  /** What never changes of an order, as it is kept in {@code order_summaries.placed}. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Placed(List<OrderView.ItemView> items, OrderView.PaymentView payment, Address shippingAddress) {}

  /** What some events of one order come to: its creation, its end, or both. */
  private static final class Change {
    private Order.Created created;
    private Status end;
    private String reason;
    private String detail;
    private String transactionId;
    private String shipmentId;
    private Instant endedAt;

    private Status status() {
      return end == null ? Status.PENDING : end;
    }

    void take(Order.Event event) {
      if (event instanceof Order.Created first) {
        created = first;
      } else if (event instanceof Order.Confirmed confirmed) {
        end = Status.CONFIRMED;
        transactionId = confirmed.transactionId();
        shipmentId = confirmed.shipmentId();
        endedAt = confirmed.at();
      } else if (event instanceof Order.Cancelled cancelled) {
        end = Status.CANCELLED;
        reason = cancelled.reason();
        detail = cancelled.detail();
        endedAt = cancelled.at();
      }
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String entityType() {
    return Order.KEY.name();
  }

  @Override
  public Class<Order.Event> events() {
    return Order.Event.class;
  }

  @Override
  public List<Table> tables() {
    return List.of(new Table("order_summaries", "order_id"), new Table("customer_orders", "order_id"),
        new Table("order_counts", "slice"));
  }

  @Override
  public void apply(Connection connection, long generation, int slice, List<ViewEvent<Order.Event>> events) throws SQLException {
    Map<String, Change> changes = new LinkedHashMap<>();
    events.forEach(event -> changes.computeIfAbsent(event.id(), id -> new Change()).take(event.event()));
    insertNew(connection, generation, changes);
    updateKnown(connection, generation, changes);
    count(connection, generation, slice, changes);
  }

  private static void insertNew(Connection connection, long generation, Map<String, Change> changes) throws SQLException {
    try (PreparedStatement summary = connection.prepareStatement("INSERT INTO order_summaries (generation, order_id, customer_id, status,"
            + " reason, detail, currency, total_minor, placed, transaction_id, shipment_id, created_at, updated_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        PreparedStatement ofCustomer = connection.prepareStatement(
            "INSERT INTO customer_orders (generation, order_id, customer_id, status, created_at) VALUES (?, ?, ?, ?, ?)")) {
      for (Map.Entry<String, Change> entry : changes.entrySet()) {
        Change change = entry.getValue();
        if (change.created == null) {
          continue;
        }
        PlacedOrder order = change.created.order();
        long createdAt = change.created.at().toEpochMilli();
        long updatedAt = change.endedAt == null ? createdAt : change.endedAt.toEpochMilli();
        add(summary, generation, entry.getKey(), order.customerId(), change.status().name(), change.reason, change.detail,
            order.total().currency(), order.total().minor(), placed(order), change.transactionId, change.shipmentId, createdAt, updatedAt);
        add(ofCustomer, generation, entry.getKey(), order.customerId(), change.status().name(), createdAt);
      }
      summary.executeBatch();
      ofCustomer.executeBatch();
    }
  }

  private static void updateKnown(Connection connection, long generation, Map<String, Change> changes) throws SQLException {
    try (PreparedStatement summary = connection.prepareStatement("UPDATE order_summaries SET status = ?, reason = ?, detail = ?,"
            + " transaction_id = ?, shipment_id = ?, updated_at = ? WHERE generation = ? AND order_id = ?");
        PreparedStatement ofCustomer = connection.prepareStatement(
            "UPDATE customer_orders SET status = ? WHERE generation = ? AND order_id = ?")) {
      for (Map.Entry<String, Change> entry : changes.entrySet()) {
        Change change = entry.getValue();
        if (change.created == null) {
          add(summary, change.status().name(), change.reason, change.detail, change.transactionId, change.shipmentId,
              change.endedAt.toEpochMilli(), generation, entry.getKey());
          add(ofCustomer, change.status().name(), generation, entry.getKey());
        }
      }
      if (Arrays.stream(summary.executeBatch()).anyMatch(rows -> rows == 0)) {
        throw new IllegalStateException("an order ended that the view does not know: its first event was not read");
      }
      ofCustomer.executeBatch();
    }
  }

  private static void count(Connection connection, long generation, int slice, Map<String, Change> changes) throws SQLException {
    Map<Status, Long> counts = new EnumMap<>(Status.class);
    for (Change change : changes.values()) {
      counts.merge(change.status(), 1L, Long::sum);
      if (change.created == null) {
        counts.merge(Status.PENDING, -1L, Long::sum);
      }
    }
    try (PreparedStatement update = connection.prepareStatement(
            "UPDATE order_counts SET orders = orders + ? WHERE generation = ? AND slice = ? AND status = ?");
        PreparedStatement insert = connection.prepareStatement(
            "INSERT INTO order_counts (orders, generation, slice, status) VALUES (?, ?, ?, ?)")) {
      for (Map.Entry<Status, Long> count : counts.entrySet()) {
        set(update, count.getValue(), generation, slice, count.getKey().name());
        if (update.executeUpdate() == 0) {
          set(insert, count.getValue(), generation, slice, count.getKey().name());
          insert.executeUpdate();
        }
      }
    }
  }

  private static String placed(PlacedOrder order) {
    OrderView view = OrderView.pending("", order, Instant.EPOCH);
    return new String(Json.bytes(new Placed(view.items(), view.payment(), view.shippingAddress())), StandardCharsets.UTF_8);
  }

  private static void add(PreparedStatement statement, Object... values) throws SQLException {
    set(statement, values);
    statement.addBatch();
  }

  private static void set(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }
}
