package io.orderflow.kernel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postgresql.PGStatement;

/** Executes SQL statements with bound parameters, and transactions. All methods block, and throw what the driver throws. */
public final class Sql {

  /** Work to be done on a connection. */
  @FunctionalInterface
  public interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /** Reads a value from the current row. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private Sql() {}

  /** Does the work and commits, or rolls back if the work throws. The connection must not be in auto-commit mode. */
  public static <T> T transaction(Connection connection, Work<T> work) throws SQLException {
    try {
      T result = work.in(connection);
      connection.commit();
      return result;
    } catch (SQLException | RuntimeException failure) {
      try {
        connection.rollback();
      } catch (SQLException broken) {
        // With the connection the transaction is gone too. The first failure says why.
        failure.addSuppressed(broken);
      }
      throw failure;
    }
  }

  /** Selects all rows, in order. */
  public static <T> List<T> select(Connection connection, String sql, Reader<T> row, Object... values) throws SQLException {
    try (PreparedStatement select = bind(connection, sql, values)) {
      return rows(select, row);
    }
  }

  /** Selects all rows with a statement that is planned anew, as {@link #planForNow} explains. */
  public static <T> List<T> selectPlannedForNow(Connection connection, String sql, Reader<T> row, Object... values) throws SQLException {
    try (PreparedStatement select = bind(connection, sql, values)) {
      planForNow(select);
      return rows(select, row);
    }
  }

  /** Selects the first row. Empty if there is none or its value is null. */
  public static <T> Optional<T> selectFirst(Connection connection, String sql, Reader<T> row, Object... values) throws SQLException {
    try (PreparedStatement select = bind(connection, sql, values); ResultSet found = select.executeQuery()) {
      return found.next() ? Optional.ofNullable(row.read(found)) : Optional.empty();
    }
  }

  /** Selects rows with distinct keys, in order. */
  public static <K, V> Map<K, V> selectMap(Connection connection, String sql, Reader<K> key, Reader<V> value, Object... values)
      throws SQLException {
    Map<K, V> map = new LinkedHashMap<>();
    select(connection, sql, row -> map.put(key.read(row), value.read(row)), values);
    return map;
  }

  /** Whether the statement selects any row. */
  public static boolean exists(Connection connection, String sql, Object... values) throws SQLException {
    return selectFirst(connection, sql, row -> true, values).isPresent();
  }

  /** Executes an insert, update or delete. Returns the number of changed rows. */
  public static int update(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement update = bind(connection, sql, values)) {
      return update.executeUpdate();
    }
  }

  /** Executes an insert, update or delete that is planned anew, as {@link #planForNow} explains. Returns the number of changed rows. */
  public static int updatePlannedForNow(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement update = bind(connection, sql, values)) {
      planForNow(update);
      return update.executeUpdate();
    }
  }

  /** Executes an insert, update or delete once for each list of values, in one round trip; nothing if there is none. */
  public static void updateAll(Connection connection, String sql, List<List<Object>> values) throws SQLException {
    if (values.isEmpty()) {
      return;
    }
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      for (List<Object> each : values) {
        bind(update, each.toArray());
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  /**
   * Makes PostgreSQL plan the statement anew for each execution. Otherwise it keeps the plan of the connection's first executions. The
   * table may have been empty then, when any index or none was as good as the right one. Such a plan scans the whole growing table each
   * time, until statistics are gathered.
   */
  public static void planForNow(PreparedStatement statement) throws SQLException {
    if (statement.isWrapperFor(PGStatement.class)) {
      statement.unwrap(PGStatement.class).setPrepareThreshold(0);
    }
  }

  private static PreparedStatement bind(Connection connection, String sql, Object... values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      bind(statement, values);
      return statement;
    } catch (SQLException | RuntimeException failure) {
      statement.close();
      throw failure;
    }
  }

  private static void bind(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }

  private static <T> List<T> rows(PreparedStatement select, Reader<T> row) throws SQLException {
    List<T> rows = new ArrayList<>();
    try (ResultSet found = select.executeQuery()) {
      while (found.next()) {
        rows.add(row.read(found));
      }
    }
    return rows;
  }
}
