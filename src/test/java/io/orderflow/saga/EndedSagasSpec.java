package io.orderflow.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.archive.ArchiveRule;
import io.orderflow.archive.ArchiveRule.Group;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sagas that may be archived. */
class EndedSagasSpec {

  private static final Instant BEFORE = Instant.ofEpochMilli(1_000);

  @ParameterizedTest
  @EnumSource(TestDatabase.class)
  void completed_and_compensated_sagas_are_archived_after_a_while(TestDatabase database) throws SQLException {
    try (TestJournal journal = TestJournal.of(database.fresh())) {
      List<Row> rows = new ArrayList<>();
      for (SagaStatus state : SagaStatus.values()) {
        rows.add(row("order", state.name().toLowerCase(), state, 100));
        rows.add(row("order", "young-" + state.name().toLowerCase(), state, 1_000));
      }
      rows.add(row("order", "second", SagaStatus.COMPLETED, 100));
      rows.add(row("order", "third", SagaStatus.COMPLETED, 101));
      rows.add(row("order", "first", SagaStatus.COMPLETED, 99));
      rows.add(row("transfer", "other", SagaStatus.COMPLETED, 100));
      SagaTable.record(journal.connection(), rows);

      List<ArchiveRule> ended = EndedSagas.of("order", (connection, ids) -> Set.of("second"));
      assertThat(ids(ended.get(0), journal.connection())).containsExactly("first", "completed", "second", "third");
      assertThat(ids(ended.get(1), journal.connection())).containsExactly("compensated");
      List<Group> all = ended.get(0).next(journal.connection(), BEFORE, Optional.empty(), 10);
      assertThat(all.get(0).persistenceIds()).containsExactly("saga-order|first");
      assertThat(ended.get(0).held(journal.connection(), all)).extracting(Group::id).containsExactly("second");
      ended.get(0).forget(journal.connection(), all.subList(0, 2));
      assertThat(ids(ended.get(0), journal.connection())).containsExactly("second", "third");
    }
  }

  /** One at a time, each after the one before it. */
  private static List<String> ids(ArchiveRule ended, Connection connection) throws SQLException {
    List<String> ids = new ArrayList<>();
    List<Group> next = ended.next(connection, BEFORE, Optional.empty(), 1);
    while (!next.isEmpty()) {
      ids.add(next.get(0).id());
      next = ended.next(connection, BEFORE, Optional.of(next.get(0)), 1);
    }
    return ids;
  }

  private static Row row(String definition, String id, SagaStatus state, long at) {
    return new Row(1, "saga-" + definition + "|" + id, 1, state.name(), at, null);
  }
}
