package io.orderflow.store;

import com.typesafe.config.Config;
import io.orderflow.kernel.Configuration;
import io.orderflow.store.JournalReader.Row;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** A new database with today's schema and a journal that a spec writes rows into. */
public final class JournalFixture implements AutoCloseable {

  /** When every event is written. */
  public static final Instant NOW = Instant.ofEpochMilli(1_000_000);

  private final Connection connection;

  public JournalFixture(TestDatabase database) throws SQLException {
    Config config = Configuration.over(database.fresh());
    Database.migrate(config);
    Config db = config.getConfig("orderflow.db");
    connection = DriverManager.getConnection(db.getString("url"), db.getString("user"), db.getString("password"));
  }

  public Connection connection() {
    return connection;
  }

  /** Writes an event of that aggregate, with what it says of where it stands. */
  public void event(long ordering, String persistenceId, long sequence, String manifest) throws SQLException {
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

  /** What a reader finds that begins after that event. */
  public List<Row> after(long ordering) throws SQLException {
    return new JournalReader(ordering).next(connection, NOW);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
