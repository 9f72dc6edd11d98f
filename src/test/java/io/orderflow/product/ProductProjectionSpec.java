package io.orderflow.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orderflow.kernel.Money;
import io.orderflow.projection.ProjectionEvent;
import io.orderflow.projection.ProjectionKit;
import io.orderflow.testkit.TestDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The view of products, on each database. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ProductProjectionSpec {

  private static final Instant NOW = Instant.ofEpochMilli(1_000);
  private static final List<Product.Event> STORY = List.of(
      new Product.Offered("Tea", new Money(350, "EUR"), NOW),
      new Product.Restocked(100, null, NOW),
      new Product.Reserved("o1", 10, NOW),
      new Product.Reserved("o2", 20, NOW),
      new Product.ReservationReleased("o1", 10, NOW),
      new Product.ReservationShipped("o2", 20, NOW),
      new Product.Reserved("o3", 5, NOW),
      new Product.Offered("Green tea", new Money(400, "EUR"), NOW.plusMillis(1)));

  @Parameter
  private TestDatabase database;
  private final ProductProjection views = new ProductProjection();
  private ProjectionKit kit;

  @BeforeEach
  void open() throws SQLException {
    kit = ProjectionKit.on(database.fresh());
  }

  @AfterEach
  void close() {
    kit.close();
  }

  @Test
  void the_stock_is_the_same_whether_events_come_together_or_one_by_one() throws SQLException {
    apply("together", STORY.toArray(Product.Event[]::new));
    for (Product.Event event : STORY) {
      apply("apart", event);
    }
    assertThat(row("together")).isEqualTo("Green tea 400 EUR 75 5 1000");
    assertThat(row("apart")).isEqualTo(row("together"));
  }

  @Test
  void a_reservation_released_before_the_product_is_known_leaves_nothing() throws SQLException {
    apply("early", new Product.ReservationReleased("o1", 0, NOW));
    assertThat(row("early")).isNull();
    apply("early", STORY.get(0));
    assertThat(row("early")).isEqualTo("Tea 350 EUR 0 0 1000");
  }

  @Test
  void stock_of_a_product_that_was_never_offered_is_not_passed_over() {
    assertThatThrownBy(() -> apply("ghost", new Product.Restocked(1, null, NOW))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void products_of_all_kinds_come_together() throws SQLException {
    apply("known", STORY.get(0));
    kit.database().transaction(connection -> {
      views.apply(connection, 1, 0, List.of(new ProjectionEvent<>("known", 2, STORY.get(1)), new ProjectionEvent<>("new", 1, STORY.get(0)),
          new ProjectionEvent<>("early", 1, new Product.ReservationReleased("o1", 0, NOW)), new ProjectionEvent<>("new", 2, STORY.get(1)),
          new ProjectionEvent<>("known", 3, STORY.get(7))));
      return null;
    });
    assertThat(row("known")).isEqualTo("Green tea 400 EUR 100 0 1000");
    assertThat(row("new")).isEqualTo("Tea 350 EUR 100 0 1000");
    assertThat(row("early")).isNull();
  }

  private void apply(String sku, Product.Event... events) throws SQLException {
    kit.database().transaction(connection -> {
      views.apply(connection, 1, 0, Arrays.stream(events).map(event -> new ProjectionEvent<>(sku, 1, event)).toList());
      return null;
    });
  }

  private String row(String sku) throws SQLException {
    return kit.database().transaction(connection -> {
      try (ResultSet found = connection.createStatement().executeQuery("SELECT name, price_minor, currency, available, reserved, created_at"
          + " FROM product_list WHERE sku = '" + sku + "'")) {
        return found.next() ? found.getString(1) + " " + found.getLong(2) + " " + found.getString(3) + " " + found.getLong(4) + " "
            + found.getLong(5) + " " + found.getLong(6) : null;
      }
    });
  }
}
