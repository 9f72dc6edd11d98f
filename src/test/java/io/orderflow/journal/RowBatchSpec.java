package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How rows go to the database together. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class RowBatchSpec {

  private static final String INSERT = "INSERT INTO cart_checkouts (cart_id, recorded_at) SELECT * FROM :rows r";

  private final TestDatabase database;
  private final TestJournal journal;
  private final Connection connection;

  RowBatchSpec(TestDatabase database) throws SQLException {
    this.database = database;
    journal = TestJournal.of(database.fresh());
    connection = journal.connection();
  }

  @AfterEach
  void close() throws SQLException {
    journal.close();
  }

  @Test
  void values_arrive_as_they_are() throws SQLException {
    String awkward = "{\"a\": 'b', \\ , NULL}\u00e9\n";
    assertThat(rows().add(awkward, Long.MAX_VALUE).add("", 0L).add("NULL", -1L).execute(connection, INSERT)).isEqualTo(3);
    try (ResultSet found = connection.createStatement().executeQuery("SELECT cart_id FROM cart_checkouts ORDER BY recorded_at DESC")) {
      found.next();
      assertThat(found.getString(1)).isEqualTo(awkward);
      found.next();
      assertThat(found.getString(1)).isEmpty();
      found.next();
      assertThat(found.getString(1)).isEqualTo("NULL");
    }
  }

  @Test
  void a_value_that_is_null_stays_so() throws SQLException {
    rows().add("a", 1L).execute(connection, INSERT);
    assertThat(rows().add("a", null).execute(connection, "MERGE INTO cart_checkouts c USING :rows r ON c.cart_id = r.cart_id"
        + " WHEN MATCHED AND r.recorded_at IS NULL THEN UPDATE SET recorded_at = 2")).isEqualTo(1);
  }

  @Test
  void without_rows_there_is_no_statement() throws SQLException {
    assertThat(rows().execute(connection, "no SQL")).isZero();
  }

  @Test
  void a_row_has_a_value_for_each_column() {
    assertThatThrownBy(() -> rows().add("a")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void postgresql_keeps_no_plan_that_it_made_while_a_table_was_small() throws SQLException {
    assumeTrue(database == TestDatabase.POSTGRESQL);
    for (long i = 0; i < 20; i++) {
      rows().add("cart-" + i, i).execute(connection, INSERT);
    }
    try (ResultSet found = connection.createStatement().executeQuery(
        "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE '%cart_checkouts%'")) {
      found.next();
      assertThat(found.getLong(1)).isZero();
    }
  }

  private static RowBatch rows() {
    return RowBatch.of("cart_id VARCHAR", "recorded_at BIGINT");
  }
}
