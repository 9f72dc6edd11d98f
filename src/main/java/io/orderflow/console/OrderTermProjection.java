package io.orderflow.console;

import io.orderflow.journal.RowBatch;
import io.orderflow.order.Order;
import io.orderflow.projection.ProjectionDefinition;
import io.orderflow.projection.ProjectionEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Fills the table {@code order_terms}: the products, the transaction and the reason by which operators search for orders. */
public final class OrderTermProjection implements ProjectionDefinition<Order.Event> {

  static final String NAME = "order-terms";
  /** The longest term that is kept; ids and codes are shorter. */
  private static final int MAX_TERM = 300;

  private final String homes;

  /** @param homes the name of the homes that orders live in */
  public OrderTermProjection(String homes) {
    this.homes = homes;
  }

  static String ofProduct(String sku) {
    return "sku:" + sku;
  }

  static String ofTransaction(String transactionId) {
    return "transaction:" + transactionId;
  }

  static String ofReason(String code) {
    return "reason:" + code;
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
    return List.of(new Table("order_terms", "term", Optional.of("at")));
  }

  @Override
  public void apply(Connection connection, long generation, int slice, List<ProjectionEvent<Order.Event>> events) throws SQLException {
    RowBatch rows = RowBatch.of("generation BIGINT", "term VARCHAR", "at BIGINT", "order_id VARCHAR");
    for (ProjectionEvent<Order.Event> event : events) {
      long at = event.event().at().toEpochMilli();
      terms(event.event()).stream().filter(term -> term.length() <= MAX_TERM).forEach(term -> rows.add(generation, term, at, event.id()));
    }
    rows.execute(connection, "INSERT INTO order_terms (generation, term, at, order_id) SELECT * FROM :rows r");
  }

  private static List<String> terms(Order.Event event) {
    if (event instanceof Order.Created created) {
      return created.order().items().stream().map(item -> ofProduct(item.sku())).toList();
    }
    if (event instanceof Order.Confirmed confirmed) {
      return confirmed.transactionId() == null ? List.of() : List.of(ofTransaction(confirmed.transactionId()));
    }
    return List.of(ofReason(((Order.Cancelled) event).reason()));
  }
}
