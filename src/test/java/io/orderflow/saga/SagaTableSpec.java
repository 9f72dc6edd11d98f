package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.orderflow.journal.JournalReader;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.saga.SagaTable.Active;
import io.orderflow.saga.SagaTable.Listed;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of sagas follows the journal. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class SagaTableSpec {

  private static final Instant NOW = Instant.ofEpochMilli(1_000_000);

  private final TestJournal journal;
  private final Connection connection;

  SagaTableSpec(TestDatabase database) throws SQLException {
    journal = TestJournal.of(database.fresh());
    connection = journal.connection();
  }

  @AfterEach
  void close() throws SQLException {
    journal.close();
  }

  @Test
  void a_saga_is_listed_in_its_last_state() throws SQLException {
    journal.event(1, "saga-order|a", 1, "RUNNING", NOW.toEpochMilli());
    journal.event(2, "saga-order|a", 2, "RUNNING", NOW.toEpochMilli());
    sweep(0);
    journal.event(3, "saga-order|a", 3, "COMPLETED", NOW.toEpochMilli());
    sweep(2);
    assertThat(SagaTable.list(connection, Optional.empty(), NOW.plusSeconds(60), "", 10)).extracting(Listed::sagaId, Listed::state)
        .containsExactly(tuple("a", SagaStatus.COMPLETED));
  }

  @Test
  void an_event_that_comes_twice_or_late_changes_nothing() throws SQLException {
    journal.event(1, "saga-order|a", 1, "RUNNING", NOW.toEpochMilli());
    journal.event(2, "saga-order|a", 2, "COMPLETED", NOW.toEpochMilli());
    sweep(0);
    SagaTable.record(connection, List.of(new Row(1, "saga-order|a", 1, "RUNNING", 1, null)));
    sweep(0);
    assertThat(SagaTable.list(connection, Optional.of(SagaStatus.RUNNING), NOW.plusSeconds(60), "", 10)).isEmpty();
  }

  @Test
  void sagas_that_are_known_and_new_ones_come_together_and_one_id_may_stand_for_two() throws SQLException {
    journal.event(1, "saga-order|a", 1, "RUNNING", NOW.toEpochMilli());
    journal.event(2, "saga-order|b", 1, "RUNNING", NOW.toEpochMilli());
    sweep(0);
    journal.event(3, "saga-order|a", 2, "COMPENSATING", NOW.toEpochMilli() + 1);
    journal.event(4, "saga-transfer|a", 1, "RUNNING", NOW.toEpochMilli() + 2);
    journal.event(5, "saga-order|c", 1, "RUNNING", NOW.toEpochMilli() + 3);
    journal.event(6, "saga-order|c", 2, "COMPLETED", NOW.toEpochMilli() + 4);
    sweep(2);
    assertThat(SagaTable.list(connection, Optional.empty(), NOW.plusSeconds(60), "", 10)).containsExactly(
        new Listed("order", "c", SagaStatus.COMPLETED, NOW.plusMillis(3), NOW.plusMillis(4)),
        new Listed("transfer", "a", SagaStatus.RUNNING, NOW.plusMillis(2), NOW.plusMillis(2)),
        new Listed("order", "b", SagaStatus.RUNNING, NOW, NOW),
        new Listed("order", "a", SagaStatus.COMPENSATING, NOW, NOW.plusMillis(1)));
  }

  @Test
  void active_sagas_come_in_pages_whatever_clock_wrote_them() throws SQLException {
    journal.event(1, "saga-order|a", 1, "RUNNING", NOW.plusSeconds(100_000).toEpochMilli());
    journal.event(2, "saga-order|b", 1, "COMPENSATING", NOW.toEpochMilli());
    journal.event(3, "saga-order|c", 1, "COMPLETED", NOW.toEpochMilli());
    journal.event(4, "saga-order|d", 1, "COMPENSATION_FAILED", NOW.toEpochMilli());
    journal.event(5, "saga-transfer|a", 1, "RUNNING", NOW.toEpochMilli());
    journal.event(6, "saga-transfer|e", 1, "RUNNING", NOW.toEpochMilli());
    journal.event(7, "saga-transfer|e", 2, "RUNNING", NOW.toEpochMilli());
    sweep(0);
    assertThat(SagaTable.active(connection, SagaStatus.RUNNING, "", "", 10)).containsExactly(
        new Active("order", "a", 1), new Active("transfer", "a", 1), new Active("transfer", "e", 2));
    assertThat(SagaTable.active(connection, SagaStatus.RUNNING, "", "", 1)).containsExactly(new Active("order", "a", 1));
    assertThat(SagaTable.active(connection, SagaStatus.RUNNING, "a", "order", 1)).containsExactly(new Active("transfer", "a", 1));
    assertThat(SagaTable.active(connection, SagaStatus.COMPENSATING, "", "", 10)).containsExactly(new Active("order", "b", 1));
  }

  private void sweep(long from) throws SQLException {
    SagaTable.record(connection, JournalReader.ofHeads(from).next(connection, NOW, 100));
  }
}
