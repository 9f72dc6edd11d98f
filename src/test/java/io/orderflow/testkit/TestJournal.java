package io.orderflow.testkit;

import com.typesafe.config.Config;
import io.orderflow.journal.Database;
import io.orderflow.kernel.Configuration;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** The tables of a new database, with a journal that a spec writes row by row. */
public final class TestJournal implements AutoCloseable {

  private final Connection connection;

  private TestJournal(Connection connection) {
    this.connection = connection;
  }

  /** @param database the settings that choose it, its URL among them */
  public static TestJournal of(Config database) throws SQLException {
    Config config = Configuration.over(database);
    Database.migrate(config);
    TestJournal journal = new TestJournal(DriverManager.getConnection(config.getString("orderflow.db.url"),
        config.getString("orderflow.db.user"), config.getString("orderflow.db.password")));
    for (String table : List.of("event_journal", "event_archive")) {
      journal.connection().createStatement().executeUpdate("DELETE FROM " + table);
    }
    return journal;
  }

  public Connection connection() {
    return connection;
  }

  /** Writes an event with that number. */
  public void event(long ordering, String persistenceId, long sequence, String manifest, long writtenAt) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO event_journal (ordering, persistence_id, sequence_number,"
        + " writer, write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest, event_payload)"
        + " VALUES (?, ?, ?, 'w', ?, ?, 1, 'm', ?)")) {
      insert.setLong(1, ordering);
      insert.setString(2, persistenceId);
      insert.setLong(3, sequence);
      insert.setLong(4, writtenAt);
      insert.setString(5, manifest);
      insert.setBytes(6, new byte[] {1});
      insert.executeUpdate();
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
