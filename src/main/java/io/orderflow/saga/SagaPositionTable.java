package io.orderflow.saga;

import io.orderflow.journal.EventGroup;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.journal.RowBatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

/**
 * The table {@code saga_positions}: a {@link SagaPosition} for each saga that is active or waits for an operator. It holds few rows: most sagas
 * end between two sweeps of the {@link io.orderflow.journal.JournalIndex}, which writes it.
 */
final class SagaPositionTable {

  private SagaPositionTable() {}

  /** Updates the table from the last row of each saga, after the table {@code sagas} was updated from the same rows. */
  static void record(Connection connection, Collection<Row> lastOfEach) throws SQLException {
    RowBatch positions = RowBatch.of("definition VARCHAR", "saga_id VARCHAR", "sequence BIGINT", "step VARCHAR", "failures INTEGER", "code VARCHAR");
    RowBatch ended = RowBatch.of("definition VARCHAR", "saga_id VARCHAR");
    for (Row row : lastOfEach) {
      SagaTable.Key key = SagaTable.Key.of(row);
      if (SagaPosition.has(SagaStatus.valueOf(EventGroup.word(row.manifest(), 0)))) {
        SagaPosition.Note note = SagaPosition.Note.parse(EventGroup.note(row.manifest()));
        positions.add(key.definition(), key.sagaId(), row.sequence(), note.step(), note.failures(), note.code());
      } else {
        ended.add(key.definition(), key.sagaId());
      }
    }
    // A row that is older than the table sagas joins none of its rows.
    positions.execute(connection, "MERGE INTO saga_positions p USING (SELECT s.definition, s.saga_id, s.state, r.step, r.failures, r.code,"
        + " s.started_at, s.updated_at FROM :rows r JOIN sagas s ON s.saga_id = r.saga_id AND s.definition = r.definition"
        + " AND s.sequence = r.sequence) n ON p.saga_id = n.saga_id AND p.definition = n.definition"
        + " WHEN MATCHED THEN UPDATE SET state = n.state, step = n.step, failures = n.failures, code = n.code, updated_at = n.updated_at"
        + " WHEN NOT MATCHED THEN INSERT (definition, saga_id, state, step, failures, code, started_at, updated_at)"
        + " VALUES (n.definition, n.saga_id, n.state, n.step, n.failures, n.code, n.started_at, n.updated_at)");
    ended.execute(connection, "DELETE FROM saga_positions WHERE (saga_id, definition) IN (SELECT r.saga_id, r.definition FROM :rows r)");
  }
}
