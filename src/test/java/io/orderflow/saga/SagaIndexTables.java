package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.orderflow.kernel.Configuration;
import io.orderflow.saga.JournalReader.Gap;
import io.orderflow.saga.JournalReader.Row;
import io.orderflow.saga.SagaTable.Listed;
import io.orderflow.store.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the index reads the journal and writes the table of sagas; run on each database. */
abstract class SagaIndexTables {

  private static final Instant NOW = Instant.ofEpochMilli(1_000_000);

  private Connection connection;

  /** The settings that choose the database, a new one. */
  abstract Config database();

  /** Its JDBC URL. */
  abstract String url();

  @BeforeEach
  void migrate() throws SQLException {
    Config config = Configuration.over(database());
    Database.migrate(config);
    connection = DriverManager.getConnection(url(), config.getString("orderflow.db.user"), config.getString("orderflow.db.password"));
    connection.createStatement().executeUpdate("DELETE FROM event_journal");
    connection.createStatement().executeUpdate("DELETE FROM sagas");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  @Test
  void reads_each_event_once() throws SQLException {
    JournalReader reader = new JournalReader(0);
    event(1, "saga-order|a", 1, "RUNNING");
    event(2, "account|b", 1, "");
    assertThat(reader.next(connection, NOW)).extracting(Row::ordering).containsExactly(1L, 2L);
    assertThat(reader.next(connection, NOW)).isEmpty();
    assertThat(reader.safePosition()).isEqualTo(2);
  }

  @Test
  void an_event_that_becomes_visible_late_is_not_missed_and_until_then_holds_the_position() throws SQLException {
    JournalReader reader = new JournalReader(0);
    event(1, "saga-order|a", 1, "RUNNING");
    event(4, "saga-order|b", 1, "RUNNING");
    reader.next(connection, NOW);
    assertThat(reader.safePosition()).isEqualTo(1);
    event(3, "saga-order|c", 1, "RUNNING");
    assertThat(reader.next(connection, NOW)).extracting(Row::ordering).containsExactly(3L);
    assertThat(reader.safePosition()).isEqualTo(1);
    event(2, "saga-order|d", 1, "RUNNING");
    assertThat(reader.next(connection, NOW)).extracting(Row::ordering).containsExactly(2L);
    assertThat(reader.safePosition()).isEqualTo(4);
  }

  @Test
  void a_number_that_never_comes_is_given_up_when_no_transaction_can_be_that_old() throws SQLException {
    JournalReader reader = new JournalReader(0);
    event(3, "saga-order|a", 1, "RUNNING");
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

  @Test
  void a_saga_is_listed_in_its_last_state() throws SQLException {
    event(1, "saga-order|a", 1, "RUNNING");
    event(2, "saga-order|a", 2, "RUNNING");
    sweep(0);
    event(3, "saga-order|a", 3, "COMPLETED");
    sweep(2);
    assertThat(SagaTable.list(connection, Optional.empty(), NOW.plusSeconds(60), "", 10)).extracting(Listed::sagaId, Listed::state)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("a", SagaState.COMPLETED));
  }

  @Test
  void an_event_that_comes_twice_or_late_changes_nothing() throws SQLException {
    event(1, "saga-order|a", 1, "RUNNING");
    event(2, "saga-order|a", 2, "COMPLETED");
    sweep(0);
    SagaTable.record(connection, List.of(new Row(1, "saga-order|a", 1, "RUNNING", 1)));
    sweep(0);
    assertThat(SagaTable.list(connection, Optional.of(SagaState.RUNNING), NOW.plusSeconds(60), "", 10)).isEmpty();
  }

  @Test
  void only_sagas_that_should_move_and_are_silent_are_to_be_woken() throws SQLException {
    event(1, "saga-order|a", 1, "RUNNING");
    event(2, "saga-order|b", 1, "COMPENSATING");
    event(3, "saga-order|c", 1, "COMPLETED");
    event(4, "saga-order|d", 1, "COMPENSATION_FAILED");
    event(5, "saga-transfer|e", 1, "RUNNING");
    sweep(0);
    assertThat(SagaTable.silent(connection, NOW.plusSeconds(1), "", 10)).extracting(Listed::sagaId).containsExactly("a", "b", "e");
    assertThat(SagaTable.silent(connection, NOW.plusSeconds(1), "a", 1)).extracting(Listed::sagaId).containsExactly("b");
    assertThat(SagaTable.silent(connection, NOW, "", 10)).isEmpty();
  }

  private void sweep(long from) throws SQLException {
    SagaTable.record(connection, new JournalReader(from).next(connection, NOW));
  }

  private static Row row(long ordering) {
    return new Row(ordering, "x|" + ordering, 1, "", 0);
  }

  private void event(long ordering, String persistenceId, long sequence, String manifest) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO event_journal (ordering, persistence_id, sequence_number,"
        + " writer, write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest, event_payload)"
        + " VALUES (?, ?, ?, 'w', ?, ?, 1, 'm', ?)")) {
      insert.setLong(1, ordering);
      insert.setString(2, persistenceId);
      insert.setLong(3, sequence);
      insert.setLong(4, NOW.toEpochMilli());
      insert.setString(5, manifest);
      insert.setBytes(6, new byte[] {1});
      insert.executeUpdate();
    }
  }
}
