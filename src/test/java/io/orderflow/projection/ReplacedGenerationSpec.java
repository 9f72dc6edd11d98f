package io.orderflow.projection;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.console.OrderTermProjection;
import io.orderflow.kernel.Sql;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A generation that another one has replaced is deleted in small transactions, whatever its rows have in common. */
class ReplacedGenerationSpec {

  private static final int LIMIT = 100;
  private static final ProjectionDefinition<?> TERMS = new OrderTermProjection("saga-order");

  private static void terms(Connection connection, long generation, String term, int rows) throws SQLException {
    List<List<Object>> values = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      values.add(List.of(generation, term, (long) i, "order-" + i));
    }
    Sql.updateAll(connection, "INSERT INTO order_terms (generation, term, at, order_id) VALUES (?, ?, ?, ?)", values);
  }

  private static long count(Connection connection, String rows) throws SQLException {
    return Sql.selectFirst(connection, "SELECT COUNT(*) FROM " + rows, row -> row.getLong(1)).orElseThrow();
  }

  private static void fill(Connection connection) throws SQLException {
    for (String term : new String[] {"reason:OUT_OF_STOCK", "sku:cup", "transaction:tx"}) {
      terms(connection, 1, term, 30);
    }
    terms(connection, 1, "sku:tea", 1_000);
    terms(connection, 2, "sku:tea", 500);
    for (long generation = 1; generation <= 2; generation++) {
      ProjectionTable.createSlice(connection, new SliceId(TERMS.name(), generation, 0));
      Sql.update(connection, "INSERT INTO akka_projection_offset_store (projection_name, projection_key, current_offset, manifest, mergeable, last_updated)"
          + " VALUES (?, '0', '0', 'STR', FALSE, 0)", SliceId.projectionName(TERMS.name(), generation));
    }
    connection.commit();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void it_goes_in_small_parts_and_the_live_one_stays(TestDatabase database) throws SQLException {
    try (TestJournal journal = TestJournal.of(database.fresh())) {
      Connection connection = journal.connection();
      connection.setAutoCommit(false);
      fill(connection);
      long before = count(connection, "order_terms");
      boolean more = true;
      for (int part = 0; more; part++) {
        more = Sql.transaction(connection, one -> ProjectionTable.deleteSome(one, TERMS, 2, LIMIT));
        long left = count(connection, "order_terms");
        assertThat(before - left).as("part %s", part).isLessThanOrEqualTo(2 * LIMIT);
        assertThat(part).isLessThan(20);
        before = left;
      }
      assertThat(count(connection, "order_terms WHERE generation = 1")).isZero();
      assertThat(count(connection, "order_terms WHERE generation = 2")).isEqualTo(500);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void its_positions_go_with_its_first_rows_or_not_at_all(TestDatabase database) throws SQLException {
    try (TestJournal journal = TestJournal.of(database.fresh())) {
      Connection connection = journal.connection();
      connection.setAutoCommit(false);
      fill(connection);
      ProjectionTable.deleteSome(connection, TERMS, 2, LIMIT);
      connection.rollback();
      assertThat(count(connection, "order_terms WHERE generation = 1")).isEqualTo(1_090);
      assertThat(count(connection, "projection_slices")).isEqualTo(2);
      assertThat(count(connection, "akka_projection_offset_store")).isEqualTo(2);
      Sql.transaction(connection, one -> ProjectionTable.deleteSome(one, TERMS, 2, LIMIT));
      assertThat(count(connection, "projection_slices WHERE generation = 1")).isZero();
      assertThat(Sql.select(connection, "SELECT projection_name FROM akka_projection_offset_store", row -> row.getString(1)))
          .containsExactly(SliceId.projectionName(TERMS.name(), 2));
    }
  }
}
