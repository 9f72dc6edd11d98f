package io.orderflow.saga;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the journal forward in its ordering without missing an event. Numbers are given when a row is inserted and rows become visible
 * when they are committed, so a number that is missing may still come: it is asked for again until no transaction can be that old.
 */
final class JournalReader {

  /** What the index needs of an event: where its saga stood after it. */
  record Row(long ordering, String persistenceId, long sequence, String manifest, long writtenAt) {}

  /** Numbers that were missing, both ends included. */
  record Gap(long from, long to, Instant since) {}

  /** Rows read at once. */
  static final int BATCH = 5_000;
  /** Longer than any transaction of the journal lives. */
  private static final Duration GIVE_UP = Duration.ofMinutes(1);
  /** Beyond so many gaps the reader waits for some to close before it reads on. */
  private static final int MAX_GAPS = 2_000;
  private static final String COLUMNS =
      "SELECT ordering, persistence_id, sequence_number, adapter_manifest, write_timestamp FROM event_journal WHERE ordering ";

  private long position;
  private List<Gap> gaps = new ArrayList<>();

  /** @param position everything up to here has been read */
  JournalReader(long position) {
    this.position = position;
  }

  /** Where a new reader must begin so that it misses nothing. */
  long safePosition() {
    return gaps.stream().mapToLong(Gap::from).min().orElse(position + 1) - 1;
  }

  /** The events that have become visible since the last call, at most {@link #BATCH} and what came in gaps. */
  List<Row> next(Connection connection, Instant now) throws SQLException {
    List<Row> rows = new ArrayList<>();
    List<Gap> open = new ArrayList<>();
    for (Gap gap : gaps) {
      List<Row> late = select(connection, "BETWEEN ? AND ?", gap.from(), gap.to());
      rows.addAll(late);
      if (gap.since().plus(GIVE_UP).isAfter(now)) {
        open.addAll(missing(late, gap.from(), gap.to(), gap.since()));
      }
    }
    if (open.size() < MAX_GAPS) {
      List<Row> fresh = select(connection, "> ? ORDER BY ordering LIMIT ?", position, BATCH);
      if (!fresh.isEmpty()) {
        long last = fresh.get(fresh.size() - 1).ordering();
        open.addAll(missing(fresh, position + 1, last, now));
        position = last;
        rows.addAll(fresh);
      }
    }
    gaps = open;
    return rows;
  }

  /** The runs of numbers from the first to the last that the rows, in order, lack. */
  static List<Gap> missing(List<Row> rows, long from, long to, Instant since) {
    List<Gap> missing = new ArrayList<>();
    long expected = from;
    for (Row row : rows) {
      if (row.ordering() > expected) {
        missing.add(new Gap(expected, row.ordering() - 1, since));
      }
      expected = row.ordering() + 1;
    }
    if (expected <= to) {
      missing.add(new Gap(expected, to, since));
    }
    return missing;
  }

  private static List<Row> select(Connection connection, String condition, long first, long second) throws SQLException {
    String ordered = condition.contains("ORDER BY") ? condition : condition + " ORDER BY ordering";
    try (PreparedStatement select = connection.prepareStatement(COLUMNS + ordered)) {
      select.setLong(1, first);
      select.setLong(2, second);
      List<Row> rows = new ArrayList<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          rows.add(new Row(found.getLong(1), found.getString(2), found.getLong(3), found.getString(4), found.getLong(5)));
        }
      }
      return rows;
    }
  }
}
