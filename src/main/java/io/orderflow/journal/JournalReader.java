package io.orderflow.journal;

import akka.serialization.Serialization;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads the journal forward in its ordering without missing an event. Numbers are given when a row is inserted and rows become visible
 * when they are committed, so a number that is missing may still come: it is asked for again until no transaction can be that old. What is missing below
 * the highest number that was there when the reader began was given out before then, and is waited for since then: so a reader of a long
 * history waits once, and no clock but its own decides.
 *
 * <p>Nothing waits for a missing number, so the events of different aggregates may come in another order than their numbers. Those of
 * one aggregate never do: it writes an event when the one before it is committed.
 *
 * <p>Until it has come past all that the {@link EventArchive} holds it reads the archive and the journal as one. After that the journal is
 * enough: nothing goes to the archive that a reader has not read.
 */
public final class JournalReader {

  /**
   * An event as it stands in the journal.
   *
   * @param persistenceId null, as is what follows it but the time, of an event that is not of the kinds that were asked for
   * @param payload its bytes where they were asked for, otherwise null
   */
  public record Row(long ordering, String persistenceId, long sequence, String manifest, long writtenAt, Payload payload) {}

  /** An event's bytes and what reads them. */
  public record Payload(int serializerId, String manifest, byte[] bytes) {

    /** The event. */
    public Object read(Serialization serialization) {
      return serialization.deserialize(bytes, serializerId, manifest).get();
    }
  }

  /** Numbers that were missing, both ends included. */
  record Gap(long from, long to, Instant since) {}

  /** Longer than any transaction of the journal lives. */
  private static final Duration GIVE_UP = Duration.ofMinutes(1);
  /** Beyond so many gaps the reader waits for some to close before it reads on. */
  private static final int MAX_GAPS = 500;
  /** Gaps that lie within so many numbers are asked for together. */
  private static final long WINDOW = 1_000;
  private static final String HEAD = "ordering, write_timestamp, persistence_id, sequence_number, adapter_manifest";

  private final List<String> payloadsOf;
  private long position;
  private List<Gap> gaps;
  private boolean inArchive = true;
  /** The highest number when it began to read, and when that was; null before. */
  private Gap highestAtFirst;

  private JournalReader(JournalPosition from, Instant now, List<String> payloadsOf) {
    this.position = from.upTo();
    this.gaps = from.missing().stream().map(range -> new Gap(range.from(), range.to(), now)).toList();
    this.payloadsOf = payloadsOf;
  }

  /** A reader that tells where events stand and whose they are. */
  public static JournalReader ofHeads(long position) {
    return new JournalReader(new JournalPosition(position, List.of()), Instant.EPOCH, List.of());
  }

  /** A reader that brings the events of some kinds of entities whole, and of all others only that they are there. */
  public static JournalReader of(Collection<String> entityTypes, JournalPosition from, Instant now) {
    return new JournalReader(from, now, entityTypes.stream().map(type -> type + "|").toList());
  }

  /** Where a new reader must begin so that it misses nothing. */
  public long safePosition() {
    return gaps.stream().mapToLong(Gap::from).min().orElse(position + 1) - 1;
  }

  /** What it has seen so far. */
  public JournalPosition position() {
    return new JournalPosition(position, gaps.stream().map(gap -> new JournalPosition.Range(gap.from(), gap.to())).toList());
  }

  /**
   * The events that have become visible since the last call, in ascending order.
   *
   * @param now by a clock that does not jump, the same for all calls
   * @param limit the most that are read beyond the position; what comes in gaps is not counted
   */
  public List<Row> next(Connection connection, Instant now, int limit) throws SQLException {
    if (highestAtFirst == null) {
      highestAtFirst = new Gap(1, Math.max(position, highest(connection)), now);
    }
    inArchive = inArchive && EventArchive.lastOrdering(connection) > position;
    // From the highest numbers to the lowest: where an event was visible, what its aggregate wrote before it is visible afterwards.
    List<Row> fresh = gaps.size() < MAX_GAPS ? select(connection, "> ? ORDER BY ordering LIMIT ?", position, limit) : List.of();
    List<Row> rows = late(connection);
    List<Gap> open = new ArrayList<>();
    for (Gap gap : gaps) {
      if (gap.since().plus(GIVE_UP).isAfter(now)) {
        open.addAll(missing(within(rows, gap), gap.from(), gap.to(), gap.since()));
      }
    }
    long expected = position + 1;
    for (Row row : fresh) {
      Instant since = row.ordering() <= highestAtFirst.to() ? highestAtFirst.since() : now;
      if (row.ordering() > expected && since.plus(GIVE_UP).isAfter(now)) {
        open.add(new Gap(expected, row.ordering() - 1, since));
      }
      expected = row.ordering() + 1;
    }
    position = expected - 1;
    gaps = open;
    rows.addAll(fresh);
    return rows;
  }

  private static long highest(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT MAX(ordering) FROM event_journal");
        ResultSet found = select.executeQuery()) {
      found.next();
      return found.getLong(1);
    }
  }

  private List<Row> late(Connection connection) throws SQLException {
    List<Row> rows = new ArrayList<>();
    int last = gaps.size() - 1;
    while (last >= 0) {
      int first = last;
      while (first > 0 && gaps.get(last).to() - gaps.get(first - 1).from() < WINDOW) {
        first--;
      }
      List<Row> around = select(connection, "BETWEEN ? AND ? ORDER BY ordering", gaps.get(first).from(), gaps.get(last).to());
      List<Row> found = new ArrayList<>();
      gaps.subList(first, last + 1).forEach(gap -> found.addAll(within(around, gap)));
      rows.addAll(0, found);
      last = first - 1;
    }
    return rows;
  }

  private static List<Row> within(List<Row> rows, Gap gap) {
    return rows.stream().filter(row -> row.ordering() >= gap.from() && row.ordering() <= gap.to()).toList();
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

  /** Goes on from where another reader of the same kinds came to from this one's position. */
  void goTo(long otherPosition, List<Gap> otherGaps) {
    position = otherPosition;
    gaps = otherGaps;
  }

  /** The numbers that it waits for. */
  List<Gap> gaps() {
    return gaps;
  }

  /** One statement over both tables: an event that is moved meanwhile is seen once. */
  private List<Row> select(Connection connection, String condition, long first, long second) throws SQLException {
    boolean limited = condition.endsWith("LIMIT ?");
    String journal = from("event_journal", condition);
    try (PreparedStatement select = connection.prepareStatement(!inArchive ? journal
        : "SELECT * FROM ((" + journal + ") UNION ALL (" + from("event_archive", condition) + ")) events ORDER BY 1"
            + (limited ? " LIMIT ?" : ""))) {
      int parameter = 1;
      for (int table = 0; table < (inArchive ? 2 : 1); table++) {
        for (String prefix : payloadsOf) {
          select.setString(parameter++, prefix);
        }
        select.setLong(parameter++, first);
        select.setLong(parameter++, second);
      }
      if (inArchive && limited) {
        select.setLong(parameter, second);
      }
      List<Row> rows = new ArrayList<>();
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          byte[] bytes = payloadsOf.isEmpty() ? null : found.getBytes(8);
          rows.add(new Row(found.getLong(1), found.getString(3), found.getLong(4), found.getString(5), found.getLong(2),
              bytes == null ? null : new Payload(found.getInt(6), found.getString(7), bytes)));
        }
      }
      return rows;
    }
  }

  /** Of events that nobody asked for, most of all, not even the texts are sent. */
  private String from(String table, String condition) {
    if (payloadsOf.isEmpty()) {
      return "SELECT " + HEAD + " FROM " + table + " WHERE ordering " + condition;
    }
    String asked = payloadsOf.stream().map(prefix -> "LEFT(persistence_id, " + prefix.length() + ") = ?")
        .collect(Collectors.joining(" OR "));
    return "SELECT ordering, write_timestamp, CASE WHEN asked THEN persistence_id END, CASE WHEN asked THEN sequence_number END,"
        + " CASE WHEN asked THEN adapter_manifest END, CASE WHEN asked THEN event_ser_id END, CASE WHEN asked THEN event_ser_manifest END,"
        + " CASE WHEN asked THEN event_payload END FROM (SELECT " + HEAD + ", event_ser_id, event_ser_manifest, event_payload, "
        + asked + " AS asked FROM " + table + " WHERE ordering " + condition + ") events ORDER BY ordering";
  }
}
