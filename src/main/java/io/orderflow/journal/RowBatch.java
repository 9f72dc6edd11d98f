package io.orderflow.journal;

import io.orderflow.kernel.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Passes any number of rows to a single statement. Each column goes to the database as an array. */
public final class RowBatch {

  private record Column(String name, String type) {}

  private final List<Column> columns;
  private final List<Object[]> rows = new ArrayList<>();

  private RowBatch(List<Column> columns) {
    this.columns = columns;
  }

  /** @param columns each a name and an SQL type, such as {@code order_id VARCHAR} */
  public static RowBatch of(String... columns) {
    return new RowBatch(List.of(columns).stream().map(column -> column.split(" ")).map(column -> new Column(column[0], column[1])).toList());
  }

  /** Adds a row with one value, or null, for each column. */
  public RowBatch add(Object... values) {
    if (values.length != columns.size()) {
      throw new IllegalArgumentException(values.length + " values for " + columns.size() + " columns");
    }
    rows.add(values);
    return this;
  }

  public int size() {
    return rows.size();
  }

  /**
   * Executes the statement, unless there are no rows.
   *
   * @param sql the statement, in which {@code :rows} stands for the table of these rows
   * @return the number of changed rows
   */
  public int execute(Connection connection, String sql) throws SQLException {
    if (rows.isEmpty()) {
      return 0;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql.replace(":rows", table()))) {
      Sql.planForNow(statement);
      for (int column = 0; column < columns.size(); column++) {
        int of = column;
        statement.setArray(column + 1, connection.createArrayOf(columns.get(column).type().toLowerCase(Locale.ROOT),
            rows.stream().map(row -> row[of]).toArray()));
      }
      return statement.executeUpdate();
    }
  }

  private String table() {
    String arrays = columns.stream().map(column -> "CAST(? AS " + column.type() + " ARRAY)").collect(Collectors.joining(", "));
    String names = IntStream.range(0, columns.size()).mapToObj(i -> columns.get(i).name()).collect(Collectors.joining(", "));
    return "(SELECT * FROM UNNEST(" + arrays + ") AS u (" + names + "))";
  }
}
