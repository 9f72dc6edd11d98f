package io.orderflow.journal;

import akka.actor.typed.ActorSystem;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.kernel.Sql;
import io.orderflow.kernel.SteadyClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Maintains small tables with the current state of aggregates, from the manifest column of their events alone. Events are not deserialised,
 * and commands need no additional write. A cluster singleton reads the journal for all tables. Each transaction commits their changes
 * together with its position in the journal.
 */
public final class JournalIndex {

  /** Updates one of the tables. */
  @FunctionalInterface
  public interface Table {

    /** Applies events, in order for each aggregate. After a crash some events are applied again. */
    void record(Connection connection, List<Row> events) throws SQLException;
  }

  /** The most events read in one transaction. */
  private static final int BATCH = 5_000;

  private final Database database;
  private final List<Table> tables;
  private final Clock clock;
  private final JournalReader reader;

  /** Starts the singleton on a node with services. */
  public static void start(ActorSystem<?> system, Database database, List<Table> tables, Clock clock) {
    Duration interval = system.settings().config().getDuration("orderflow.journal-index.interval");
    ClusterTask.start(system, "journal-index", interval, () -> {
      JournalIndex index = new JournalIndex(database, tables, clock);
      return () -> {
        index.sweep();
        return interval;
      };
    });
  }

  private JournalIndex(Database database, List<Table> tables, Clock clock) throws SQLException {
    this.database = database;
    this.tables = tables;
    this.clock = SteadyClock.beginningAt(clock);
    this.reader = JournalReader.ofHeads(database.transaction(JournalIndex::position));
  }

  private void sweep() throws SQLException {
    int read;
    do {
      read = database.transaction(connection -> {
        long before = reader.safePosition();
        List<Row> rows = reader.next(connection, clock.instant(), BATCH);
        for (Table table : tables) {
          table.record(connection, rows);
        }
        if (reader.safePosition() != before) {
          savePosition(connection, reader.safePosition());
        }
        return rows.size();
      });
    } while (read >= BATCH);
  }

  /** The ordering up to which all tables are up to date. */
  public static long position(Connection connection) throws SQLException {
    return Sql.selectFirst(connection, "SELECT ordering FROM journal_index_position", row -> row.getLong(1)).orElseThrow();
  }

  private static void savePosition(Connection connection, long position) throws SQLException {
    Sql.update(connection, "UPDATE journal_index_position SET ordering = ?", position);
  }
}
