package io.orderflow.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postgresql.PGStatement;

/** Rows of values that one statement takes in together, however many they are; each column goes to the database as an array. */
public final class RowBatch {

  private record Column(String name, String type) {}

  private final List<Column> columns;
  private final List<Object[]> rows = new ArrayList<>();

  private RowBatch(List<Column> columns) {
    this.columns = columns;
  }

  /** @param columns each a name and a type of SQL, such as {@code order_id VARCHAR} */
  public static RowBatch of(String... columns) {
    return new RowBatch(List.of(columns).stream().map(column -> column.split(" ")).map(column -> new Column(column[0], column[1])).toList());
  }

  /** Adds a row, with a value or null for each column. */
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
   * Does the statement, unless there are no rows.
   *
   * @param sql where it says {@code :rows} it reads from these, as from a table
   * @return how many rows it changed
   */
  public int execute(Connection connection, String sql) throws SQLException {
    if (rows.isEmpty()) {
      return 0;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql.replace(":rows", table()))) {
      planForNow(statement);
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

  /**
   * Has PostgreSQL plan the statement for the tables as they are each time it is executed. Otherwise it keeps the plan that it made on a
   * connection's first executions, when the table may have been empty and any index, or none, as good as the right one: such a plan reads
   * the whole table again and again as it grows, until its statistics are gathered.
   */
  public static void planForNow(PreparedStatement statement) throws SQLException {
    if (statement.isWrapperFor(PGStatement.class)) {
      statement.unwrap(PGStatement.class).setPrepareThreshold(0);
    }
  }
}
