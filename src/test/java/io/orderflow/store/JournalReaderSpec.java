package io.orderflow.store;

import static io.orderflow.store.JournalFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.store.JournalReader.Gap;
import io.orderflow.store.JournalReader.Row;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.class)
class JournalReaderSpec {

  private final JournalFixture journal;
  private final Connection connection;

  JournalReaderSpec(TestDatabase database) throws SQLException {
    journal = new JournalFixture(database);
    connection = journal.connection();
  }

  @AfterEach
  void close() throws SQLException {
    journal.close();
  }

  @Test
  void reads_each_event_once() throws SQLException {
    JournalReader reader = new JournalReader(0);
    journal.event(1, "saga-order|a", 1, "RUNNING");
    journal.event(2, "account|b", 1, "");
    assertThat(reader.next(connection, NOW)).extracting(Row::ordering).containsExactly(1L, 2L);
    assertThat(reader.next(connection, NOW)).isEmpty();
    assertThat(reader.safePosition()).isEqualTo(2);
  }

  @Test
  void an_event_that_becomes_visible_late_is_not_missed_and_until_then_holds_the_position() throws SQLException {
    JournalReader reader = new JournalReader(0);
    journal.event(1, "saga-order|a", 1, "RUNNING");
    journal.event(4, "saga-order|b", 1, "RUNNING");
    reader.next(connection, NOW);
    assertThat(reader.safePosition()).isEqualTo(1);
    journal.event(3, "saga-order|c", 1, "RUNNING");
    assertThat(reader.next(connection, NOW)).extracting(Row::ordering).containsExactly(3L);
    assertThat(reader.safePosition()).isEqualTo(1);
    journal.event(2, "saga-order|d", 1, "RUNNING");
    assertThat(reader.next(connection, NOW)).extracting(Row::ordering).containsExactly(2L);
    assertThat(reader.safePosition()).isEqualTo(4);
  }

  @Test
  void a_number_that_never_comes_is_given_up_when_no_transaction_can_be_that_old() throws SQLException {
    JournalReader reader = new JournalReader(0);
    journal.event(3, "saga-order|a", 1, "RUNNING");
    reader.next(connection, NOW);
    assertThat(reader.safePosition()).isZero();
    reader.next(connection, NOW.plus(Duration.ofMinutes(2)));
    assertThat(reader.safePosition()).isEqualTo(3);
  }

  @Test
  void finds_the_gaps_between_rows() {
    List<Row> rows = List.of(row(3), row(4), row(7));
    assertThat(JournalReader.missing(rows, 1, 9, NOW)).containsExactly(new Gap(1, 2, NOW), new Gap(5, 6, NOW), new Gap(8, 9, NOW));
  }

  private static Row row(long ordering) {
    return new Row(ordering, "x|" + ordering, 1, "", 0);
  }
}
