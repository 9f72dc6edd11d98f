package io.orderflow.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.http.Json;
import io.orderflow.http.Page;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Sql;
import io.orderflow.privacy.PersonalData;
import io.orderflow.projection.Projections;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Searches the views of orders. What is asked for first selects ranges of indexes, newest first; the rest is compared row by row, for at most
 * {@link #MOST_READ} rows. So a page costs the same however many orders there are, and may have fewer rows than it has room for.
 */
final class OrderSearchQueries {

  /** The orders found, and the one after which the next page begins; null if there is none. */
  record Result(List<FoundOrder> orders, FoundOrder next) {}

  /** A statement for a page, and the most rows that it selects. */
  record Statement(String sql, List<Object> values, int most) {}

  /** The most orders that are read for a page. */
  static final int MOST_READ = 1_000;
  private static final String LIVE = Projections.live("orders");
  /** The most users of one e-mail address whose orders are looked for. */
  private static final int MOST_USERS = 10;
  private static final List<String> STATUSES = List.of("PENDING", "CONFIRMED", "CANCELLED");
  private static final List<String> STATES = List.of("RUNNING", "COMPENSATING", "COMPENSATION_FAILED");
  static final String USERS = "SELECT user_id FROM user_emails WHERE generation = " + Projections.live(UserEmailProjection.NAME)
      + " AND email_hash = ? ORDER BY generation, email_hash, user_id LIMIT ?";
  private static final String ORDERS = " s.customer_id, s.status, s.reason, s.currency, s.total_minor, s.placed, s.created_at, s.updated_at,"
      + " p.state, p.step, p.failures, q.failures FROM (SELECT * FROM (%s) ranges ORDER BY at DESC, order_id DESC LIMIT ?) m"
      // An order that the view of orders lacks for a moment counts as read: without its row a page would seem to be the last one.
      + " LEFT JOIN order_summaries s ON s.generation = " + LIVE + " AND s.order_id = m.order_id"
      + " LEFT JOIN saga_positions p ON p.saga_id = m.order_id AND p.definition = 'order'"
      + " LEFT JOIN payment_queue q ON q.order_id = m.order_id AND NOT q.given_up"
      + " ORDER BY m.at DESC, m.order_id DESC";

  private final Database database;
  private final PersonalData personal;
  private final boolean hasTerms;

  /** @param hasTerms whether the views for searching are filled */
  OrderSearchQueries(Database database, PersonalData personal, boolean hasTerms) {
    this.database = database;
    this.personal = personal;
    this.hasTerms = hasTerms;
  }

  /** Finds a page of orders, newest first. */
  CompletionStage<Result> find(OrderSearch search, Page page) {
    return database.async(connection -> find(connection, search, page));
  }

  private Result find(Connection connection, OrderSearch search, Page page) throws SQLException {
    return find(connection, search, page, hasTerms, users(connection, search));
  }

  /** @param users customers beside the one that the text may name */
  static Result find(Connection connection, OrderSearch search, Page page, boolean hasTerms, List<String> users) throws SQLException {
    int limit = page.limit();
    Statement statement = statement(search, page, hasTerms, users);
    List<FoundOrder> read = Sql.selectPlannedForNow(connection, statement.sql(), OrderSearchQueries::order, statement.values().toArray());
    Map<String, FoundOrder> found = new LinkedHashMap<>();
    read.stream().filter(search::accepts).forEach(order -> found.putIfAbsent(order.orderId(), order));
    List<FoundOrder> shown = found.values().stream().limit(limit).toList();
    if (found.size() > limit) {
      return new Result(shown, shown.get(limit - 1));
    }
    return new Result(shown, read.size() < statement.most() ? null : read.get(read.size() - 1));
  }

  /** The users of the e-mail address that the text may be. */
  private List<String> users(Connection connection, OrderSearch search) throws SQLException {
    String text = search.text().orElse("");
    return hasTerms && text.contains("@")
        ? Sql.select(connection, USERS, row -> row.getString(1), UserEmailProjection.code(connection, personal, text), MOST_USERS) : List.of();
  }

  /** @param users customers beside the one that the text may name */
  static Statement statement(OrderSearch search, Page page, boolean hasTerms, List<String> users) {
    Ranges ranges = new Ranges(search, page, hasTerms, users);
    int most = ranges.needNoComparison() ? page.limit() + 1 : MOST_READ;
    ranges.values.replaceAll(value -> value == Ranges.LIMIT ? (Object) most : value);
    ranges.values.add(most);
    return new Statement("SELECT m.order_id, m.at," + ORDERS.formatted(String.join(" UNION ALL ", ranges.sql)), ranges.values, most);
  }

  /** The parts of the statement from which the orders come. */
  private static final class Ranges {

    /** Stands for the most rows of a range. */
    private static final Object LIMIT = new Object();

    private final List<String> sql = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();
    private final OrderSearch search;
    private final Page page;
    /** Whether the orders come from the range of their reason. */
    private final boolean byReason;
    private final long before;
    private final long from;

    Ranges(OrderSearch search, Page page, boolean hasTerms, List<String> users) {
      this.search = search;
      this.page = page;
      this.byReason = hasTerms && search.reason().isPresent();
      this.before = page.before().toEpochMilli();
      this.from = search.from().map(Instant::toEpochMilli).orElse(0L);
      if (search.text().isPresent()) {
        search.ids().forEach(id -> range("order_summaries", "created_at", "order_id", "s.generation = " + LIVE + " AND s.order_id = ?", "order_id", id));
        ofCustomer(search.text().get());
        users.forEach(this::ofCustomer);
        term(OrderTermProjection.ofProduct(search.text().get()));
        term(OrderTermProjection.ofTransaction(search.text().get()));
      } else if (search.isOfActive()) {
        search.state().map(List::of).orElse(STATES).forEach(state -> range("saga_positions", "started_at", "saga_id",
            "s.definition = 'order' AND s.state = ?", "definition, state", state));
      } else if (byReason) {
        term(OrderTermProjection.ofReason(search.reason().get()));
      } else {
        statuses().forEach(status -> range("order_summaries", "created_at", "order_id", "s.generation = " + LIVE + " AND s.status = ?",
            "generation, status", status));
      }
    }

    /** Whether each order of the ranges is one that is looked for. */
    boolean needNoComparison() {
      boolean byStateAlone = search.step().isEmpty() && !search.retrying() && search.status().isEmpty() && search.reason().isEmpty();
      return search.text().isEmpty() && (search.isOfActive() ? byStateAlone
          : search.reason().isEmpty() || byReason && search.status().isEmpty());
    }

    private Stream<String> statuses() {
      return search.status().map(Stream::of).orElseGet(STATUSES::stream);
    }

    private void ofCustomer(String customer) {
      statuses().forEach(status -> range("customer_orders", "created_at", "order_id",
          "s.generation = " + LIVE + " AND s.customer_id = ? AND s.status = ?", "generation, customer_id, status", customer, status));
    }

    private void term(String term) {
      range("order_terms", "at", "order_id", "s.generation = " + Projections.live(OrderTermProjection.NAME) + " AND s.term = ?", "generation, term", term);
    }

    /**
     * Adds a range. Its order has the leading columns of the index too: without them the databases would sort instead of following the index.
     */
    private void range(String table, String time, String id, String condition, String leading, Object... of) {
      sql.add("(SELECT s." + id + " AS order_id, s." + time + " AS at FROM " + table + " s WHERE " + condition + " AND s." + time + " <= ? AND (s."
          + time + " < ? OR s." + id + " < ?) AND s." + time + " BETWEEN ? AND ? ORDER BY " + (leading.isEmpty() ? "" : leading + ", ") + "s." + time
          + " DESC, s." + id + " DESC LIMIT ?)");
      values.addAll(List.of(of));
      values.addAll(List.of(before, before, page.beforeId(), from, search.to().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE), LIMIT));
    }
  }

  private static FoundOrder order(ResultSet row) throws SQLException {
    if (row.getString(4) == null) {
      return FoundOrder.notYetKnown(row.getString(1), Instant.ofEpochMilli(row.getLong(2)));
    }
    Money total = new Money(row.getLong(7), row.getString(6));
    List<FoundOrder.Item> items = new ArrayList<>();
    for (JsonNode item : Json.stored(row.getString(8), JsonNode.class).path("items")) {
      items.add(new FoundOrder.Item(item.path("sku").asText(), item.path("quantity").asInt()));
    }
    String state = row.getString(11);
    Integer queued = row.getObject(14, Integer.class);
    FoundOrder.Position position = state == null ? null
        : new FoundOrder.Position(state, row.getString(12), row.getInt(13) + (queued == null ? 0 : queued), queued != null);
    return new FoundOrder(row.getString(1), row.getString(3), row.getString(4), row.getString(5), total.currency(), total.amount(), items,
        Instant.ofEpochMilli(row.getLong(9)), Instant.ofEpochMilli(row.getLong(10)), position, Instant.ofEpochMilli(row.getLong(2)));
  }
}
