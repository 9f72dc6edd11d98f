package io.orderflow.console;

import io.orderflow.journal.Database;
import io.orderflow.kernel.Sql;
import io.orderflow.projection.Projections;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Counts what the overview shows. Each statement reads a bounded part of an index or of a small table. */
final class OverviewQueries {

  /**
   * @param byStatus all orders
   * @param recent the orders placed within the last {@link #RECENT}, by their status now
   * @param toConfirmed the milliseconds from placement to confirmation, of the latest confirmed orders, ascending
   */
  record Figures(Map<String, Long> byStatus, Map<String, Long> recent, List<Long> toConfirmed, List<Group> positions) {}

  /** The sagas at one position. @param retrying those with a call that has failed */
  record Group(String definition, String state, String step, String code, long sagas, long retrying, Instant oldest) {}

  static final Duration RECENT = Duration.ofSeconds(10);
  private static final Duration LATEST = Duration.ofMinutes(5);
  private static final int MOST_LATEST = 1_000;
  private static final int MOST_POSITIONS = 100_000;
  private static final String LIVE = Projections.live("orders");

  private final Database database;

  OverviewQueries(Database database) {
    this.database = database;
  }

  CompletionStage<Figures> figures(Instant now) {
    return database.async(connection -> figures(connection, now));
  }

  static Figures figures(Connection connection, Instant now) throws SQLException {
    Map<String, Long> byStatus = Sql.selectMap(connection, "SELECT status, SUM(orders) FROM order_counts WHERE generation = " + LIVE + " GROUP BY status",
        row -> row.getString(1), row -> row.getLong(2));
    Map<String, Long> recent = Sql.selectMap(connection, "SELECT status, COUNT(*) FROM order_summaries WHERE generation = " + LIVE
        + " AND status IN ('PENDING', 'CONFIRMED', 'CANCELLED') AND created_at > ? GROUP BY status", row -> row.getString(1), row -> row.getLong(2),
        now.minus(RECENT).toEpochMilli());
    List<Long> toConfirmed = Sql.selectPlannedForNow(connection, "SELECT updated_at - created_at AS took FROM (SELECT created_at, updated_at FROM order_summaries"
        + " WHERE generation = " + LIVE + " AND status = 'CONFIRMED' AND created_at > ? ORDER BY generation, status, created_at DESC, order_id DESC LIMIT ?) latest"
        + " ORDER BY took", row -> row.getLong(1), now.minus(LATEST).toEpochMilli(), MOST_LATEST);
    List<Group> positions = Sql.select(connection, "SELECT definition, state, step, code, COUNT(*), SUM(CASE WHEN failures > 0 THEN 1 ELSE 0 END),"
        + " MIN(started_at) FROM (SELECT * FROM saga_positions LIMIT ?) positions GROUP BY definition, state, step, code ORDER BY 5 DESC", row ->
        new Group(row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getLong(5), row.getLong(6),
            Instant.ofEpochMilli(row.getLong(7))), MOST_POSITIONS);
    return new Figures(byStatus, recent, toConfirmed, positions);
  }
}
