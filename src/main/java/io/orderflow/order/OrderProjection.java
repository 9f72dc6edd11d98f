package io.orderflow.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.Json;
import io.orderflow.journal.RowBatch;
import io.orderflow.order.Order.Status;
import io.orderflow.projection.ProjectionDefinition;
import io.orderflow.projection.ProjectionEvent;
import io.orderflow.shipping.Address;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fills three tables from the events of orders: {@code order_summaries} has one row for each order, {@code customer_orders} lists the
 * orders of each customer, and {@code order_counts} counts orders by status.
 */
public final class OrderProjection implements ProjectionDefinition<Order.Event> {

  static final String NAME = "orders";
  /**
   * Joins on the generation as a column. As a constant, a generation that the planner's statistics do not know yet would seem to have hardly
   * any rows.
   */
  private static final String MERGE =
      "MERGE INTO %s s USING :rows r ON s.generation = r.generation AND s.order_id = r.order_id WHEN MATCHED THEN UPDATE SET";

  /** The unchanging part of an order, stored as JSON in {@code order_summaries.placed}. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Placed(List<OrderResponse.Item> items, OrderResponse.Payment payment, Address shippingAddress) {}

  /** The sum of several events of one order: its creation, its end, or both. */
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

    void add(Order.Event event) {
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

  private final String homes;

  /** @param homes the name of the homes that orders live in */
  public OrderProjection(String homes) {
    this.homes = homes;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String entityType() {
    return homes;
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
  public void apply(Connection connection, long generation, int slice, List<ProjectionEvent<Order.Event>> events) throws SQLException {
    Map<String, Change> changes = new LinkedHashMap<>();
    events.forEach(event -> changes.computeIfAbsent(event.id(), id -> new Change()).add(event.event()));
    insertNew(connection, generation, changes);
    updateKnown(connection, generation, changes);
    count(connection, generation, slice, changes);
  }

  private static void insertNew(Connection connection, long generation, Map<String, Change> changes) throws SQLException {
    RowBatch summaries = RowBatch.of("generation BIGINT", "order_id VARCHAR", "customer_id VARCHAR", "status VARCHAR", "reason VARCHAR",
        "detail VARCHAR", "currency VARCHAR", "total_minor BIGINT", "placed VARCHAR", "transaction_id VARCHAR", "shipment_id VARCHAR",
        "created_at BIGINT", "updated_at BIGINT");
    RowBatch ofCustomers = RowBatch.of("generation BIGINT", "order_id VARCHAR", "customer_id VARCHAR", "status VARCHAR", "created_at BIGINT");
    changes.forEach((id, change) -> {
      if (change.created != null) {
        PlacedOrder order = change.created.order();
        long createdAt = change.created.at().toEpochMilli();
        long updatedAt = change.endedAt == null ? createdAt : change.endedAt.toEpochMilli();
        summaries.add(generation, id, order.customerId(), change.status().name(), change.reason, change.detail, order.total().currency(),
            order.total().minor(), placed(order), change.transactionId, change.shipmentId, createdAt, updatedAt);
        ofCustomers.add(generation, id, order.customerId(), change.status().name(), createdAt);
      }
    });
    summaries.execute(connection, "INSERT INTO order_summaries (generation, order_id, customer_id, status, reason, detail, currency,"
        + " total_minor, placed, transaction_id, shipment_id, created_at, updated_at) SELECT * FROM :rows r");
    ofCustomers.execute(connection,
        "INSERT INTO customer_orders (generation, order_id, customer_id, status, created_at) SELECT * FROM :rows r");
  }

  private static void updateKnown(Connection connection, long generation, Map<String, Change> changes) throws SQLException {
    RowBatch ended = RowBatch.of("generation BIGINT", "order_id VARCHAR", "status VARCHAR", "reason VARCHAR", "detail VARCHAR",
        "transaction_id VARCHAR", "shipment_id VARCHAR", "updated_at BIGINT");
    RowBatch ofCustomers = RowBatch.of("generation BIGINT", "order_id VARCHAR", "status VARCHAR");
    changes.forEach((id, change) -> {
      if (change.created == null) {
        ended.add(generation, id, change.status().name(), change.reason, change.detail, change.transactionId, change.shipmentId,
            change.endedAt.toEpochMilli());
        ofCustomers.add(generation, id, change.status().name());
      }
    });
    if (ended.execute(connection, MERGE.formatted("order_summaries") + " status = r.status, reason = r.reason, detail = r.detail,"
        + " transaction_id = r.transaction_id, shipment_id = r.shipment_id, updated_at = r.updated_at") < ended.size()) {
      throw new IllegalStateException("an ended order is missing from the view: its first event was not read");
    }
    ofCustomers.execute(connection, MERGE.formatted("customer_orders") + " status = r.status");
  }

  private static void count(Connection connection, long generation, int slice, Map<String, Change> changes) throws SQLException {
    Map<Status, Long> counts = new EnumMap<>(Status.class);
    for (Change change : changes.values()) {
      counts.merge(change.status(), 1L, Long::sum);
      if (change.created == null) {
        counts.merge(Status.PENDING, -1L, Long::sum);
      }
    }
    RowBatch rows = RowBatch.of("generation BIGINT", "slice INTEGER", "status VARCHAR", "orders BIGINT");
    counts.forEach((status, orders) -> rows.add(generation, slice, status.name(), orders));
    rows.execute(connection, "MERGE INTO order_counts c USING :rows r"
        + " ON c.generation = r.generation AND c.slice = r.slice AND c.status = r.status"
        + " WHEN MATCHED THEN UPDATE SET orders = c.orders + r.orders"
        + " WHEN NOT MATCHED THEN INSERT (generation, slice, status, orders) VALUES (r.generation, r.slice, r.status, r.orders)");
  }

  private static String placed(PlacedOrder order) {
    OrderResponse view = OrderResponse.of("", Order.State.pending(order, Instant.EPOCH));
    return new String(Json.bytes(new Placed(view.items(), view.payment(), view.shippingAddress())), StandardCharsets.UTF_8);
  }
}
