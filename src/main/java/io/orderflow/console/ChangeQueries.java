package io.orderflow.console;

import io.orderflow.journal.Database;
import io.orderflow.journal.JournalPosition;
import io.orderflow.journal.JournalReader;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.kernel.Sql;
import io.orderflow.kernel.SteadyClock;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Reads what has changed from the journal: which aggregate, and the text in the manifest column. Events themselves are not read. */
final class ChangeQueries {

  /** A reader's events up to now, and how far it has come. */
  record Read(List<Row> rows, JournalPosition position) {}

  /** How far before the end a reader begins: transactions that are still under way may have orderings below the highest. */
  private static final long UNDER_WAY = 500;

  private final Database database;
  private final Clock clock;

  ChangeQueries(Database database, Clock clock) {
    this.database = database;
    this.clock = SteadyClock.beginningAt(clock);
  }

  /** A reader of the newest events and all that follow. */
  CompletionStage<JournalReader> newest() {
    return database.async(connection -> Sql.selectFirst(connection, "SELECT MAX(ordering) FROM event_journal", row -> row.getLong(1)).orElse(0L))
        .thenApply(highest -> after(new JournalPosition(Math.max(0, highest - UNDER_WAY), List.of())));
  }

  /** A reader of all events after the position. */
  JournalReader after(JournalPosition position) {
    return JournalReader.ofHeads(position, clock.instant());
  }

  /** Reads on. Calls for one reader must not overlap. */
  CompletionStage<Read> next(JournalReader reader, int limit) {
    return database.async(connection -> new Read(reader.next(connection, clock.instant(), limit), reader.position()));
  }
}
