package io.orderflow.operators;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.journal.Database;
import io.orderflow.kernel.SafeText;
import io.orderflow.kernel.Sql;
import io.orderflow.security.Caller;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the table {@code operator_actions}. An action is recorded before it is carried out: none takes effect without a record. */
public final class OperatorActions {

  private static final int MAX_OPERATOR = 255;
  private static final int MAX_OUTCOME = 1000;
  private static final String DONE = "DONE";
  private static final String SELECT = "SELECT id, at, operator, action, target, reason, outcome FROM operator_actions ";
  private static final Logger LOG = LoggerFactory.getLogger(OperatorActions.class);

  private final Database database;
  private final Clock clock;

  public OperatorActions(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /** The name of whoever sends the request: the token's subject; in open mode the addresses that it came through, as the gateway recorded them. */
  public static String operator(Caller caller, HttpRequest request) {
    String name = caller.isOpen() ? request.getHeader("X-Forwarded-For").map(HttpHeader::value).orElse("an unknown address") : caller.subject();
    return SafeText.masked(name, MAX_OPERATOR);
  }

  /**
   * Records the action, carries it out, and records the outcome.
   *
   * @param target the id of what it changes
   * @param reason empty for none
   * @return the outcome of the action; fails without carrying it out if it can't be recorded
   */
  public <T> CompletionStage<T> record(String operator, String action, String target, String reason, Supplier<CompletionStage<T>> carryOut) {
    String id = UUID.randomUUID().toString();
    return database.async(connection -> Sql.update(connection, "INSERT INTO operator_actions (id, at, operator, action, target, reason)"
            + " VALUES (?, ?, ?, ?, ?, ?)", id, clock.millis(), operator, action, target, reason))
        .thenCompose(recorded -> carryOut.get())
        .whenComplete((done, failure) -> ended(id, failure == null ? DONE : outcome(failure)));
  }

  private void ended(String id, String outcome) {
    database.async(connection -> Sql.update(connection, "UPDATE operator_actions SET outcome = ? WHERE id = ?", outcome, id))
        .exceptionally(failure -> {
          LOG.warn("The outcome of the operator's action {} is not recorded: {}", id, failure.toString());
          return 0;
        });
  }

  private static String outcome(Throwable failure) {
    Problem problem = Problem.of(failure);
    return SafeText.masked(problem.code() + ": " + problem.detail(), MAX_OUTCOME);
  }

  /** The actions on one target, newest first, at most that many. */
  public CompletionStage<List<OperatorAction>> of(String target, int limit) {
    return database.async(connection -> select(connection, "WHERE target = ? ORDER BY target, at DESC, id DESC LIMIT ?", target, limit));
  }

  /** A page of actions, newest first, and one more if there are further ones. @param target empty for any */
  public CompletionStage<List<OperatorAction>> page(Optional<String> target, Page page) {
    long before = page.before().toEpochMilli();
    String rest = "at <= ? AND (at < ? OR id < ?) ORDER BY " + (target.isPresent() ? "target, " : "") + "at DESC, id DESC LIMIT ?";
    return database.async(connection -> target.isPresent()
        ? select(connection, "WHERE target = ? AND " + rest, target.get(), before, before, page.beforeId(), page.limit() + 1)
        : select(connection, "WHERE " + rest, before, before, page.beforeId(), page.limit() + 1));
  }

  private static List<OperatorAction> select(Connection connection, String rest, Object... values) throws SQLException {
    return Sql.select(connection, SELECT + rest, row -> new OperatorAction(row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getString(3),
        row.getString(4), row.getString(5), row.getString(6), row.getString(7)), values);
  }
}
