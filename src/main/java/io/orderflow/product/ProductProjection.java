package io.orderflow.product;

import io.orderflow.journal.RowBatch;
import io.orderflow.kernel.Money;
import io.orderflow.projection.ProjectionDefinition;
import io.orderflow.projection.ProjectionEvent;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fills the table {@code product_list} with products and their stock. A hot product has many events: those of one transaction are added up,
 * so that each transaction writes each product's row once.
 */
public final class ProductProjection implements ProjectionDefinition<Product.Event> {

  static final String NAME = "products";
  private static final String MERGE = "MERGE INTO product_list p USING :rows r ON p.generation = r.generation AND p.sku = r.sku"
      + " WHEN MATCHED THEN UPDATE SET available = p.available + r.available, reserved = p.reserved + r.reserved";

  /** The sum of several events of one product. */
  private static final class Change {
    private String name;
    private Money price;
    private Instant firstOfferedAt;
    private long available;
    private long reserved;

    void add(Product.Event event) {
      if (event instanceof Product.Offered offered) {
        name = offered.name();
        price = offered.price();
        firstOfferedAt = firstOfferedAt == null ? offered.at() : firstOfferedAt;
      } else if (event instanceof Product.Restocked restocked) {
        available += restocked.quantity();
      } else if (event instanceof Product.Reserved taken) {
        available -= taken.quantity();
        reserved += taken.quantity();
      } else if (event instanceof Product.ReservationReleased released) {
        available += released.quantity();
        reserved -= released.quantity();
      } else if (event instanceof Product.ReservationShipped shipped) {
        reserved -= shipped.quantity();
      }
    }

    /** Whether the row stays as it is, as after the release of a reservation that never arrived. */
    boolean isEmpty() {
      return price == null && available == 0 && reserved == 0;
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String entityType() {
    return Product.NAME;
  }

  @Override
  public Class<Product.Event> events() {
    return Product.Event.class;
  }

  @Override
  public List<Table> tables() {
    return List.of(new Table("product_list", "sku"));
  }

  @Override
  public void apply(Connection connection, long generation, int slice, List<ProjectionEvent<Product.Event>> events) throws SQLException {
    Map<String, Change> changes = new TreeMap<>();
    events.forEach(event -> changes.computeIfAbsent(event.id(), sku -> new Change()).add(event.event()));
    RowBatch stocks = RowBatch.of("generation BIGINT", "sku VARCHAR", "available BIGINT", "reserved BIGINT");
    RowBatch offers = RowBatch.of("generation BIGINT", "sku VARCHAR", "available BIGINT", "reserved BIGINT", "name VARCHAR", "currency VARCHAR",
        "price_minor BIGINT", "created_at BIGINT");
    changes.forEach((sku, change) -> {
      if (change.price != null) {
        offers.add(generation, sku, change.available, change.reserved, change.name, change.price.currency(), change.price.minor(),
            change.firstOfferedAt.toEpochMilli());
      } else if (!change.isEmpty()) {
        stocks.add(generation, sku, change.available, change.reserved);
      }
    });
    if (stocks.execute(connection, MERGE) < stocks.size()) {
      throw new IllegalStateException("a product whose stock changed is missing from the view: its first event was not read");
    }
    offers.execute(connection, MERGE + ", name = r.name, currency = r.currency, price_minor = r.price_minor WHEN NOT MATCHED THEN"
        + " INSERT (generation, sku, available, reserved, name, currency, price_minor, created_at)"
        + " VALUES (r.generation, r.sku, r.available, r.reserved, r.name, r.currency, r.price_minor, r.created_at)");
  }
}
