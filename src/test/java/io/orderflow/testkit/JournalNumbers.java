package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The numbers of each aggregate's events, whoever it is, in the journal and the archive together: 1, 2, 3 and so on, each once. An aggregate
 * that ran in two places at a time would have left a number out or used it twice.
 */
public final class JournalNumbers {

  /** The aggregates of which that is not true. */
  public static final String BROKEN = "SELECT COUNT(*) FROM (SELECT persistence_id FROM (SELECT persistence_id, sequence_number FROM event_journal"
      + " UNION ALL SELECT persistence_id, sequence_number FROM event_archive) events GROUP BY persistence_id"
      + " HAVING COUNT(*) <> MAX(sequence_number) OR COUNT(DISTINCT sequence_number) <> COUNT(*) OR MIN(sequence_number) <> 1) broken";

  private JournalNumbers() {}

  public static void assertUnbroken(Connection connection) throws SQLException {
    try (Statement ask = connection.createStatement(); ResultSet found = ask.executeQuery(BROKEN)) {
      found.next();
      assertThat(found.getInt(1)).as("aggregates whose events lack a number or have one twice").isZero();
    }
  }
}
