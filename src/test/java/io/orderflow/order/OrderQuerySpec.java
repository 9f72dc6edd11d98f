package io.orderflow.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.orderflow.http.Page;
import io.orderflow.kernel.Money;
import io.orderflow.order.Order.Status;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.privacy.CardTokens;
import io.orderflow.privacy.EncryptionKeys;
import io.orderflow.privacy.PersonalData;
import io.orderflow.product.Inventory;
import io.orderflow.projection.ProjectionEvent;
import io.orderflow.projection.ProjectionKit;
import io.orderflow.testkit.TestDatabase;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The views of orders and their pages, on each database. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class OrderQuerySpec {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00.123Z");
  private static final long LIVE = 1;

  @Parameter
  private TestDatabase database;
  private final OrderProjection views = new OrderProjection(OrderSaga.HOME);
  private ProjectionKit kit;
  private OrderQueries queries;

  @BeforeEach
  void open() throws SQLException {
    kit = ProjectionKit.on(database.fresh());
    queries = new OrderQueries(kit.database(),
        new OrderPrivacy(new PersonalData(kit.database(), EncryptionKeys.NONE, Clock.systemUTC()), new CardTokens(EncryptionKeys.NONE)));
    kit.database().transaction(connection ->
        connection.createStatement().executeUpdate("INSERT INTO projections (name, live) VALUES ('orders', " + LIVE + ")"));
  }

  @AfterEach
  void close() {
    kit.close();
  }

  @Test
  void an_order_is_shown_as_its_events_left_it_whether_they_came_together_or_one_by_one() throws SQLException {
    apply(created("together", "ada", NOW), confirmed("together"));
    apply(created("apart", "ada", NOW));
    assertThat(find("apart").status()).isEqualTo(Status.PENDING);
    apply(confirmed("apart"));
    OrderResponse together = find("together");
    OrderResponse apart = find("apart");
    assertThat(apart.status()).isEqualTo(Status.CONFIRMED);
    assertThat(apart.payment().transactionId()).isEqualTo("tx-1");
    assertThat(apart.shipment().shipmentId()).isEqualTo("shp-1");
    assertThat(apart.total()).isEqualTo("7.00");
    assertThat(together).usingRecursiveComparison().ignoringFields("orderId").isEqualTo(apart);
    apply(created("c", "ada", NOW), new ProjectionEvent<>("c", 2, new Order.Cancelled("OUT_OF_STOCK", "no tea", NOW)));
    assertThat(find("c")).extracting(OrderResponse::reason, OrderResponse::detail).containsExactly("OUT_OF_STOCK", "no tea");
    assertThat(queries.find("unknown").toCompletableFuture().join()).isEmpty();
  }

  @Test
  void an_end_without_a_beginning_fails_the_whole_batch() throws SQLException {
    apply(created("known", "ada", NOW));
    assertThatThrownBy(() -> apply(created("new", "ada", NOW), confirmed("known"), confirmed("unknown")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(find("known").status()).isEqualTo(Status.PENDING);
    assertThat(queries.find("new").toCompletableFuture().join()).isEmpty();
    assertThat(queries.stats().toCompletableFuture().join()).isEqualTo(new OrderQueries.Stats(1, 0, 0));
  }

  @Test
  void a_rebuild_changes_its_own_generation_alone() throws SQLException {
    apply(created("a", "ada", NOW), created("b", "bob", NOW));
    apply(LIVE + 1, created("a", "ada", NOW), created("b", "bob", NOW));
    apply(LIVE + 1, confirmed("a"), new ProjectionEvent<>("b", 2, new Order.Cancelled("OUT_OF_STOCK", "no tea", NOW)));
    assertThat(find("a").status()).isEqualTo(Status.PENDING);
    kit.database().transaction(connection -> connection.createStatement().executeUpdate("UPDATE projections SET live = " + (LIVE + 1)));
    assertThat(find("a").status()).isEqualTo(Status.CONFIRMED);
    assertThat(find("b")).extracting(OrderResponse::reason, OrderResponse::detail).containsExactly("OUT_OF_STOCK", "no tea");
    assertThat(ids(queries.list(Optional.of("ada"), Optional.of(Status.CONFIRMED), page("", 7)).toCompletableFuture().join()))
        .containsExactly("a");
    assertThat(queries.stats().toCompletableFuture().join()).isEqualTo(new OrderQueries.Stats(0, 1, 1));
  }

  @Test
  void orders_are_counted_by_status_however_their_events_come() throws SQLException {
    apply(created("a", "ada", NOW), created("b", "ada", NOW), confirmed("b"), created("c", "ada", NOW), created("d", "ada", NOW));
    apply(new ProjectionEvent<>("c", 2, new Order.Cancelled("CUSTOMER_REQUEST", "", NOW)));
    assertThat(queries.stats().toCompletableFuture().join()).isEqualTo(new OrderQueries.Stats(2, 1, 1));
  }

  @Test
  void no_order_is_missed_or_shown_twice_while_new_ones_arrive_and_many_are_as_old_as_others() throws SQLException {
    List<String> before = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String id = String.format("order-%03d", i);
      apply(created(id, "ada", NOW.plusMillis(i / 20)));
      if (i % 3 > 0) {
        apply(i % 3 == 1 ? confirmed(id) : new ProjectionEvent<>(id, 2, new Order.Cancelled("OUT_OF_STOCK", "", NOW)));
      }
      before.add(0, id);
    }
    for (Optional<String> customer : List.of(Optional.of("ada"), Optional.<String>empty())) {
      List<String> seen = new ArrayList<>();
      Optional<String> cursor = Optional.of("");
      for (int page = 0; cursor.isPresent(); page++) {
        Map<String, Object> answer = queries.list(customer, Optional.empty(), page(cursor.get(), 7)).toCompletableFuture().join();
        ids(answer).forEach(seen::add);
        cursor = Optional.ofNullable((String) answer.get("next"));
        apply(created("new-" + customer.isPresent() + "-" + page, "ada", NOW.plusSeconds(60)));
      }
      assertThat(seen).filteredOn(id -> id.startsWith("order-")).containsExactlyElementsOf(before);
      assertThat(seen).doesNotHaveDuplicates();
    }
  }

  @Test
  void a_page_comes_from_one_range_of_one_index_for_each_status() throws SQLException {
    List<ProjectionEvent<Order.Event>> events = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      events.add(created("o" + i, i % 2 == 0 ? "ada" : "c" + i, Instant.ofEpochMilli(i)));
      events.add(i % 100 == 0 ? new ProjectionEvent<>("o" + i, 2, new Order.Cancelled("OUT_OF_STOCK", "", NOW)) : confirmed("o" + i));
    }
    kit.database().transaction(connection -> {
      views.apply(connection, LIVE, 0, events);
      return connection.createStatement().execute("ANALYZE");
    });
    for (List<Status> statuses : List.of(List.of(Status.CANCELLED), List.of(Status.values()))) {
      assertThat(plan(Optional.of("ada"), statuses)).contains("customer_orders_by_status").doesNotContain("seq scan on customer_orders");
      assertThat(plan(Optional.empty(), statuses)).contains("order_summaries_by_status").doesNotContain("seq scan on order_summaries");
    }
  }

  private String plan(Optional<String> customer, List<Status> statuses) throws SQLException {
    return kit.database().transaction(connection -> {
      try (PreparedStatement explain = connection.prepareStatement(
          "EXPLAIN " + OrderQueries.listing(customer.isPresent(), statuses.size()))) {
        int parameter = 1;
        for (Object value : OrderQueries.values(customer, statuses, new Page(10, Instant.ofEpochMilli(2_000), "o2000"))) {
          explain.setObject(parameter++, value);
        }
        StringBuilder plan = new StringBuilder();
        try (ResultSet lines = explain.executeQuery()) {
          while (lines.next()) {
            plan.append(lines.getString(1)).append('\n');
          }
        }
        return plan.toString().toLowerCase(Locale.ROOT);
      }
    });
  }

  private static Page page(String cursor, int limit) {
    return cursor.isEmpty() ? Page.first(limit) : Page.after(cursor, limit);
  }

  @SuppressWarnings("unchecked")
  private static List<String> ids(Map<String, Object> answer) {
    return ((List<OrderResponse>) answer.get("orders")).stream().map(OrderResponse::orderId).toList();
  }

  private OrderResponse find(String id) {
    return queries.find(id).toCompletableFuture().join().orElseThrow();
  }

  @SafeVarargs
  private void apply(ProjectionEvent<Order.Event>... events) throws SQLException {
    apply(LIVE, events);
  }

  @SafeVarargs
  private void apply(long generation, ProjectionEvent<Order.Event>... events) throws SQLException {
    kit.database().transaction(connection -> {
      views.apply(connection, generation, 0, List.of(events));
      return null;
    });
  }

  private static ProjectionEvent<Order.Event> created(String id, String customer, Instant at) {
    PlacedOrder order = new PlacedOrder(customer, List.of(new Inventory.Item("tea", 2, new Money(350, "EUR"))),
        new Money(700, "EUR"), new PaymentMethod.Card("tok_1"), null);
    return new ProjectionEvent<>(id, 1, new Order.Created(order, at));
  }

  private static ProjectionEvent<Order.Event> confirmed(String id) {
    return new ProjectionEvent<>(id, 2, new Order.Confirmed("tx-1", "shp-1", NOW));
  }
}
