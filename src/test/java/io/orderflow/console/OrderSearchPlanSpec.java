package io.orderflow.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.http.Page;
import io.orderflow.kernel.Sql;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PostgreSQL follows indexes for each search, on the first page and far behind it: what it reads does not grow with the number of orders. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OrderSearchPlanSpec {

  private static final int ORDERS = 200_000;
  private static final Instant MIDDLE = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(ORDERS / 2);
  private static final String[] TEXTS = {"", "q=order-150000", "q=customer-7", "q=sku-3", "q=tx-150000", "q=ada@example.com"};
  private static final String[] FILTERS = {"", "status=PENDING", "status=CONFIRMED", "status=CANCELLED", "reason=OUT_OF_STOCK", "state=RUNNING",
      "state=COMPENSATION_FAILED", "step=charge-payment", "retrying=true", "from=2026-01-01T12:00:00Z", "from=2026-01-01T12:00:00Z&to=2026-01-01T18:00:00Z",
      "status=CANCELLED&reason=OUT_OF_STOCK", "status=CANCELLED&reason=OUT_OF_STOCK&to=2026-01-01T18:00:00Z",
      "state=RUNNING&step=charge-payment&retrying=true", "state=COMPENSATING&reason=OUT_OF_STOCK"};
  private static final Pattern SCANNED = Pattern.compile("(?:Seq|Index|Only|Heap) Scan .*on (?!saga_positions p|payment_queue q).*actual .*rows=([0-9.]+)"
      + " loops=([0-9]+)");
  private static final Pattern REMOVED = Pattern.compile("Rows Removed by (?:Filter|Index Recheck): ([0-9]+)");

  private TestJournal journal;
  private Connection connection;

  @BeforeAll
  void fill() throws SQLException {
    journal = TestJournal.of(TestDatabase.POSTGRESQL.fresh());
    connection = journal.connection();
    String series = " FROM generate_series(1, " + ORDERS + ") n";
    String time = "(" + Instant.parse("2026-01-01T00:00:00Z").toEpochMilli() + " + n * 1000)::bigint";
    String status = "CASE WHEN n % 100 = 0 THEN 'PENDING' WHEN n % 10 = 1 THEN 'CANCELLED' ELSE 'CONFIRMED' END";
    for (String statement : List.of(
        "INSERT INTO projections (name, live) SELECT name, 1 FROM (VALUES ('orders'), ('order-terms'), ('user-emails')) v(name)",
        "INSERT INTO order_summaries (generation, order_id, customer_id, status, reason, currency, total_minor, placed, created_at, updated_at)"
            + " SELECT 1, 'order-' || n, 'customer-' || n % 1000, " + status + ", CASE WHEN n % 10 = 1 THEN 'OUT_OF_STOCK' END, 'EUR', 350,"
            + " '{\"items\":[{\"sku\":\"sku-' || n % 100 || '\",\"quantity\":1}]}', " + time + ", " + time + series,
        "INSERT INTO customer_orders (generation, order_id, customer_id, status, created_at) SELECT 1, 'order-' || n, 'customer-' || n % 1000, "
            + status + ", " + time + series,
        "INSERT INTO order_terms (generation, term, at, order_id) SELECT 1, 'sku:sku-' || n % 100, " + time + ", 'order-' || n" + series,
        "INSERT INTO order_terms (generation, term, at, order_id) SELECT 1, CASE WHEN n % 10 = 1 THEN 'reason:OUT_OF_STOCK' ELSE 'transaction:tx-' || n END, "
            + time + ", 'order-' || n" + series,
        "INSERT INTO saga_positions (definition, saga_id, state, step, failures, code, started_at, updated_at) SELECT CASE WHEN n % 7 = 0 THEN 'transfer'"
            + " ELSE 'order' END, 'order-' || n, CASE WHEN n % 1000 = 0 THEN 'COMPENSATION_FAILED' ELSE 'RUNNING' END, 'charge-payment', n % 3, '', "
            + time + ", " + time + series + " WHERE n % 10 = 0",
        "INSERT INTO user_emails (generation, email_hash, user_id) SELECT 1, md5(n::text), 'customer-' || n FROM generate_series(1, 100000) n",
        "ANALYZE")) {
      Sql.update(connection, statement);
    }
  }

  @AfterAll
  void stop() throws SQLException {
    journal.close();
  }

  static List<String> searches() {
    List<String> all = new ArrayList<>();
    for (String text : TEXTS) {
      for (String filter : FILTERS) {
        all.add(Arrays.stream(new String[] {text, filter}).filter(part -> !part.isEmpty()).collect(Collectors.joining("&")));
      }
    }
    return all;
  }

  private static OrderSearch search(String query) {
    Map<String, String> parameters = Arrays.stream(query.split("&")).filter(part -> !part.isEmpty()).map(part -> part.split("=", 2))
        .collect(Collectors.toMap(part -> part[0], part -> part[1]));
    return new OrderSearchRequest("").read(parameters);
  }

  @ParameterizedTest(name = "[{0}]")
  @MethodSource("searches")
  void a_search_reads_ranges_of_indexes(String query) throws SQLException {
    OrderSearch search = search(query);
    List<String> users = query.contains("@") ? List.of("customer-8") : List.of();
    for (Page page : new Page[] {Page.first(20), Page.after(Page.cursor(MIDDLE, "order-100000"), 20)}) {
      OrderSearchQueries.Statement statement = OrderSearchQueries.statement(search, page, true, users);
      String plan = explain(statement.sql(), statement.values().toArray());
      assertThat(plan).as("%s, page %s", query, page).doesNotContainPattern("Seq Scan on (?:order_summaries|customer_orders|order_terms|saga_positions s)");
      // The rows of each range, and for each of them a row of the orders. The positions and the queue, which PostgreSQL may read whole, have orders under way alone.
      assertThat(rowsRead(plan)).as(plan).isLessThan(ranges(statement) * statement.most() + 2L * statement.most());
    }
  }

  @Test
  void the_users_of_an_e_mail_address_are_found_by_an_index() throws SQLException {
    assertThat(explain(OrderSearchQueries.USERS, "1", 10)).doesNotContain("Seq Scan on user_emails");
  }

  @Test
  void a_few_orders_that_need_an_operator_are_found_at_once_among_many_that_are_under_way() throws SQLException {
    OrderSearchQueries.Result found = OrderSearchQueries.find(connection, search("state=COMPENSATION_FAILED"), Page.first(50), true, List.of());
    assertThat(found.orders()).hasSize(50).allMatch(order -> order.position().state().equals("COMPENSATION_FAILED"));
  }

  @Test
  void the_overview_counts_recent_orders_by_an_index() throws SQLException {
    // Its statements read a bounded part of an index each: the latest orders are those of the last seconds.
    OverviewQueries.Figures figures = OverviewQueries.figures(connection, Instant.parse("2026-01-01T00:00:00Z").plusSeconds(ORDERS));
    assertThat(figures.recent().values()).allMatch(count -> count < 20);
  }

  private static long ranges(OrderSearchQueries.Statement statement) {
    return statement.sql().split("UNION ALL", -1).length;
  }

  private String explain(String sql, Object... values) throws SQLException {
    return String.join("\n", Sql.selectPlannedForNow(connection, "EXPLAIN (ANALYZE, TIMING OFF) " + sql, row -> row.getString(1), values));
  }

  /** The rows that the scans of tables returned, and those that they read in vain. */
  private static long rowsRead(String plan) {
    double rows = 0;
    boolean counts = false;
    for (String line : plan.split("\n")) {
      Matcher scan = SCANNED.matcher(line);
      Matcher removed = REMOVED.matcher(line);
      if (line.contains("->")) {
        counts = scan.find();
        rows += counts ? Double.parseDouble(scan.group(1)) * Long.parseLong(scan.group(2)) : 0;
      } else if (counts && removed.find()) {
        rows += Long.parseLong(removed.group(1));
      }
    }
    return Math.round(rows);
  }
}
