package io.orderflow.payment;

import io.orderflow.journal.Database;
import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Queries of the table {@code payment_queue}. */
final class PaymentQueueQueries {

  /**
   * The size of the queue.
   *
   * @param waiting the queued payments, postponed ones included
   * @param postponed the queued payments that fail while others succeed
   * @param oldest since when the first payment is queued that is due and not postponed; null if there is none
   * @param givenUp the refunds that were given up
   */
  record Backlog(int waiting, int postponed, Instant oldest, int givenUp) {
    static final Backlog EMPTY = new Backlog(0, 0, null, 0);
  }

  /**
   * The changes to store and the payments to read before a round of the queue. A limit of 0 reads none.
   *
   * @param settled payments that have answered that they are settled
   * @param failed payments whose attempt has failed
   * @param delayedUntil when these may be attempted again, unless their events say later
   * @param backlogBound up to which number payments are counted
   * @param longestPause no payment is due later than that; one that is was delayed by a wrong clock
   * @param givenUpAfter the position after which refunds that were given up are read
   */
  record RoundRequest(Instant now, List<QueuedPayment> settled, List<QueuedPayment> failed, Instant delayedUntil, int limitInOrder,
      int backlogBound, int limitPostponed, Duration longestPause, long givenUpAfter, int limitGivenUp) {}

  /**
   * The payments for a round of the queue.
   *
   * @param backlog empty if fewer than two payments were read in order
   */
  record Round(List<QueuedPayment> inOrder, Backlog backlog, List<QueuedPayment> postponed, List<QueuedPayment> givenUp) {}

  private final Database database;

  PaymentQueueQueries(Database database) {
    this.database = database;
  }

  /**
   * Stores and reads, in one transaction. Blocks.
   *
   * @throws IllegalStateException if the database can't be reached or refuses a statement
   */
  Round nextRound(RoundRequest request) {
    try {
      return database.transaction(connection -> nextRound(connection, request));
    } catch (SQLException failure) {
      throw new IllegalStateException("the payment queue can't be read", failure);
    }
  }

  /** Counts the queued payments and the refunds that were given up, each up to the bound. */
  CompletionStage<Backlog> backlog(Instant now, int bound) {
    return database.async(connection -> backlog(connection, now, bound));
  }

  /** The place of the order's payment among those that wait, from 1; 0 if it does not wait. Counts no further than the bound. */
  CompletionStage<Integer> placeOf(String orderId, int bound) {
    return database.async(connection -> {
      Optional<Long> position = Sql.selectFirst(connection, "SELECT position FROM payment_queue WHERE order_id = ? AND NOT given_up",
          row -> row.getLong(1), orderId);
      return position.isEmpty() ? 0 : Sql.selectFirst(connection, "SELECT COUNT(*) FROM (SELECT 1 FROM payment_queue WHERE position <= ?"
          + " AND NOT given_up ORDER BY position LIMIT ?) before", row -> row.getInt(1), position.get(), bound).orElse(0);
    });
  }

  /** Queued payments in the order of their places, beginning after that position. */
  CompletionStage<List<QueuedPayment>> inOrder(long afterPosition, int limit) {
    return database.async(connection -> select(connection, "WHERE NOT given_up AND position > ? ORDER BY position LIMIT ?", afterPosition, limit));
  }

  /** A page of the queued payments, or of the refunds that were given up: the newest first, beginning after the given one. */
  CompletionStage<List<QueuedPayment>> page(boolean givenUp, Instant before, String beforeId, int limit) {
    return database.async(connection -> page(connection, givenUp, before, beforeId, limit));
  }

  private static Round nextRound(Connection connection, RoundRequest request) throws SQLException {
    PaymentQueueTable.remove(connection, request.settled());
    PaymentQueueTable.delay(connection, request.failed(), request.now(), request.delayedUntil());
    List<QueuedPayment> inOrder = request.limitInOrder() == 0 ? List.of() : first(connection, request.limitInOrder());
    Backlog backlog = inOrder.size() < 2 ? Backlog.EMPTY : backlog(connection, request.now(), request.backlogBound());
    List<QueuedPayment> postponed = request.limitPostponed() == 0 ? List.of()
        : duePostponed(connection, request.now(), request.longestPause(), request.limitPostponed());
    List<QueuedPayment> givenUp = request.limitGivenUp() == 0 ? List.of()
        : givenUp(connection, request.givenUpAfter(), request.limitGivenUp());
    return new Round(inOrder, backlog, postponed, givenUp);
  }

  /** The first payments of the queue that are neither postponed nor given up, due or not. */
  static List<QueuedPayment> first(Connection connection, int limit) throws SQLException {
    return select(connection, "WHERE NOT postponed AND NOT given_up ORDER BY position LIMIT ?", limit);
  }

  /** The postponed payments that are due. A payment that is due later than any pause lasts counts as due: it was set by a wrong clock. */
  static List<QueuedPayment> duePostponed(Connection connection, Instant now, Duration longestPause, int limit) throws SQLException {
    return select(connection, "WHERE postponed AND NOT given_up AND (due_at <= ? OR due_at > ?) ORDER BY due_at, position LIMIT ?",
        now.toEpochMilli(), now.plus(longestPause).toEpochMilli(), limit);
  }

  /** The refunds that were given up, in the order of their places, beginning after that position. */
  static List<QueuedPayment> givenUp(Connection connection, long afterPosition, int limit) throws SQLException {
    return select(connection, "WHERE given_up AND position > ? ORDER BY position LIMIT ?", afterPosition, limit);
  }

  /** The orders among these whose payment is queued or whose refund was given up. */
  static Set<String> unfinished(Connection connection, List<String> orderIds) throws SQLException {
    return Set.copyOf(Sql.select(connection, "SELECT order_id FROM payment_queue WHERE order_id = ANY(?)", row -> row.getString(1),
        connection.createArrayOf("varchar", orderIds.toArray())));
  }

  static List<QueuedPayment> page(Connection connection, boolean givenUp, Instant before, String beforeId, int limit) throws SQLException {
    return select(connection, "WHERE given_up = ? AND (queued_at < ? OR queued_at = ? AND order_id < ?)"
        + " ORDER BY queued_at DESC, order_id DESC LIMIT ?", givenUp, before.toEpochMilli(), before.toEpochMilli(), beforeId, limit);
  }

  static Backlog backlog(Connection connection, Instant now, int bound) throws SQLException {
    return Sql.selectFirst(connection, "SELECT COUNT(*), COUNT(CASE WHEN postponed THEN 1 END),"
        + " MIN(CASE WHEN NOT postponed AND due_at <= ? THEN queued_at END),"
        + " (SELECT COUNT(*) FROM (SELECT 1 FROM payment_queue WHERE given_up LIMIT ?) given_up)"
        + " FROM (SELECT queued_at, due_at, postponed FROM payment_queue WHERE NOT given_up ORDER BY position LIMIT ?) waiting",
        PaymentQueueQueries::backlog, now.toEpochMilli(), bound, bound).orElseThrow();
  }

  private static Backlog backlog(ResultSet row) throws SQLException {
    Long oldest = row.getObject(3, Long.class);
    return new Backlog(row.getInt(1), row.getInt(2), oldest == null ? null : Instant.ofEpochMilli(oldest), row.getInt(4));
  }

  private static List<QueuedPayment> select(Connection connection, String rest, Object... values) throws SQLException {
    return Sql.select(connection, "SELECT order_id, position, queued_at, failures, failed_at, due_at FROM payment_queue " + rest,
        PaymentQueueQueries::queued, values);
  }

  private static QueuedPayment queued(ResultSet row) throws SQLException {
    long failedAt = row.getLong(5);
    return new QueuedPayment(row.getString(1), row.getLong(2), Instant.ofEpochMilli(row.getLong(3)), row.getInt(4),
        failedAt == 0 ? null : Instant.ofEpochMilli(failedAt), Instant.ofEpochMilli(row.getLong(6)));
  }
}
