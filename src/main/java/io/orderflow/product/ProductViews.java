package io.orderflow.product;

import io.orderflow.kernel.Money;
import io.orderflow.view.View;
import io.orderflow.view.ViewEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The view {@code product_list}: what is offered, with its stock. The events of a product that sells well are many; those that come in
 * one transaction are added up first, so that each product is written once in it.
 */
public final class ProductViews implements View<Product.Event> {

  static final String NAME = "products";

  /** What some events of one product come to. */
  private static final class Change {
    private String name;
    private Money price;
    private Instant firstOfferedAt;
    private long available;
    private long reserved;

    void take(Product.Event event) {
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

    /** A reservation that was released before it was made leaves a trace in the journal and nothing here. */
    boolean isNothing() {
      return price == null && available == 0 && reserved == 0;
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String entityType() {
    return Product.KEY.name();
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
  public void apply(Connection connection, long generation, int slice, List<ViewEvent<Product.Event>> events) throws SQLException {
    Map<String, Change> changes = new TreeMap<>();
    events.forEach(event -> changes.computeIfAbsent(event.id(), sku -> new Change()).take(event.event()));
    try (PreparedStatement stock = connection.prepareStatement("UPDATE product_list SET available = available + ?,"
            + " reserved = reserved + ? WHERE generation = ? AND sku = ?");
        PreparedStatement offer = connection.prepareStatement("UPDATE product_list SET available = available + ?,"
            + " reserved = reserved + ?, name = ?, currency = ?, price_minor = ? WHERE generation = ? AND sku = ?");
        PreparedStatement insert = connection.prepareStatement("INSERT INTO product_list"
            + " (available, reserved, name, currency, price_minor, generation, sku, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (Map.Entry<String, Change> entry : changes.entrySet()) {
        Change change = entry.getValue();
        if (!change.isNothing()) {
          write(generation, entry.getKey(), change, stock, offer, insert);
        }
      }
    }
  }

  private static void write(long generation, String sku, Change change, PreparedStatement stock, PreparedStatement offer,
      PreparedStatement insert) throws SQLException {
    if (change.price == null) {
      if (execute(stock, change.available, change.reserved, generation, sku) == 0) {
        throw new IllegalStateException("the stock of " + sku + " changed, which the view does not know: its first event was not read");
      }
      return;
    }
    if (execute(offer, change.available, change.reserved, change.name, change.price.currency(), change.price.minor(), generation,
        sku) == 0) {
      execute(insert, change.available, change.reserved, change.name, change.price.currency(), change.price.minor(), generation, sku,
          change.firstOfferedAt.toEpochMilli());
    }
  }

  private static int execute(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement.executeUpdate();
  }
}
