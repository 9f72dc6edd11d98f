package io.orderflow.journal;

import akka.serialization.Serialization;
import io.orderflow.kernel.Sql;
import java.io.NotSerializableException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads the journal forward by ordering without missing an event. The database assigns an ordering when a row is inserted, but the row is
 * visible only once it is committed. A missing ordering may therefore still appear: it is queried again until no transaction can be that
 * old. Orderings below the highest one at the start were assigned before then, so the wait for them is counted from the start. Reading a
 * long history therefore waits only once, and depends on no clock but the reader's own.
 *
 * <p>Nothing waits for a missing ordering, so events of different aggregates may arrive out of order. The events of one aggregate never do:
 * it writes an event only after the previous one is committed.
 *
 * <p>Until the reader has passed the end of the {@link EventArchive}, it reads archive and journal as one. After that the journal is
 * enough: events are archived only when the reader has read them.
 */
public final class JournalReader {

  /**
   * An event as a row of the journal.
   *
   * @param persistenceId null for an event of another entity type than those selected; all fields but ordering and time are then unset
   * @param payload the event's bytes; null if they were not selected
   */
  public record Row(long ordering, String persistenceId, long sequence, String manifest, long writtenAt, Payload payload) {}

  /** Holds a serialised event. */
  public record Payload(int serializerId, String manifest, byte[] bytes) {

    /** Deserialises the event. */
    public Object read(Serialization serialization) {
      return serialization.deserialize(bytes, serializerId, manifest).get();
    }

    /**
     * Deserialises the events of this class in it, and as few others as possible.
     *
     * @throws NotSerializableException if it can't be read
     */
    public <E> List<E> read(Serialization serialization, Class<E> type) throws NotSerializableException {
      return EventGroup.of(serializerId == EventGroupSerializer.IDENTIFIER ? EventGroupSerializer.read(serialization, bytes, manifest, type)
          : read(serialization), type);
    }
  }

  /** Missing orderings, both ends included, and when the wait for them began. */
  record Gap(long from, long to, Instant since) {}

  /** How long to wait for a missing ordering: longer than any transaction on the journal lives. */
  private static final Duration GIVE_UP = Duration.ofMinutes(1);
  /** With this many gaps the reader waits for some to close before it reads on. */
  private static final int MAX_GAPS = 500;
  /** Gaps within this many orderings are queried together. */
  private static final long WINDOW = 1_000;
  private static final String HEAD = "ordering, write_timestamp, persistence_id, sequence_number, adapter_manifest";

  private final List<String> payloadsOf;
  private long position;
  private List<Gap> gaps;
  private boolean inArchive = true;
  /** The highest ordering when reading began, and the time; null before that. */
  private Gap highestAtFirst;

  private JournalReader(JournalPosition from, Instant now, List<String> payloadsOf) {
    this.position = from.upTo();
    this.gaps = from.missing().stream().map(range -> new Gap(range.from(), range.to(), now)).toList();
    this.payloadsOf = payloadsOf;
  }

  /** Creates a reader of all events without their payloads. */
  public static JournalReader ofHeads(long position) {
    return new JournalReader(new JournalPosition(position, List.of()), Instant.EPOCH, List.of());
  }

  /** The same, from where another reader of heads has come to. */
  public static JournalReader ofHeads(JournalPosition from, Instant now) {
    return new JournalReader(from, now, List.of());
  }

  /** Creates a reader of whole events of these entity types. Of all other events it returns the ordering and the time. */
  public static JournalReader of(Collection<String> entityTypes, JournalPosition from, Instant now) {
    return new JournalReader(from, now, entityTypes.stream().map(type -> type + "|").toList());
  }

  /** The ordering after which a new reader must begin so that it misses nothing. */
  public long safePosition() {
    return gaps.stream().mapToLong(Gap::from).min().orElse(position + 1) - 1;
  }

  /** How far this reader has come. */
  public JournalPosition position() {
    return new JournalPosition(position, gaps.stream().map(gap -> new JournalPosition.Range(gap.from(), gap.to())).toList());
  }

  /**
   * Reads the events that have become visible since the last call, ascending by ordering.
   *
   * @param now the time of a clock that does not jump, the same clock for all calls
   * @param limit the most events read beyond the position; events in gaps come on top
   */
  public List<Row> next(Connection connection, Instant now, int limit) throws SQLException {
    if (highestAtFirst == null) {
      highestAtFirst = new Gap(1, Math.max(position, highest(connection)), now);
    }
    inArchive = inArchive && EventArchive.lastOrdering(connection) > position;
    // Selects the highest orderings first: if an event is visible there, its aggregate's earlier events are visible to the later queries.
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
    return Sql.selectFirst(connection, "SELECT MAX(ordering) FROM event_journal", row -> row.getLong(1)).orElseThrow();
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

  /** The gaps between {@code from} and {@code to} in rows sorted by ordering. */
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

  /** Continues from a position that another reader of the same entity types reached from this reader's position. */
  void goTo(long otherPosition, List<Gap> otherGaps) {
    position = otherPosition;
    gaps = otherGaps;
  }

  /** The missing orderings that it still waits for. */
  List<Gap> gaps() {
    return gaps;
  }

  /** Selects with one statement over both tables, so that an event is seen once even if it is archived meanwhile. */
  private List<Row> select(Connection connection, String condition, long first, long second) throws SQLException {
    boolean limited = condition.endsWith("LIMIT ?");
    String journal = from("event_journal", condition);
    String sql = !inArchive ? journal
        : "SELECT * FROM ((" + journal + ") UNION ALL (" + from("event_archive", condition) + ")) events ORDER BY 1"
            + (limited ? " LIMIT ?" : "");
    List<Object> values = new ArrayList<>();
    for (int table = 0; table < (inArchive ? 2 : 1); table++) {
      values.addAll(payloadsOf);
      values.add(first);
      values.add(second);
    }
    if (inArchive && limited) {
      values.add(second);
    }
    return Sql.select(connection, sql, this::row, values.toArray());
  }

  private Row row(ResultSet row) throws SQLException {
    byte[] bytes = payloadsOf.isEmpty() ? null : row.getBytes(8);
    return new Row(row.getLong(1), row.getString(3), row.getLong(4), row.getString(5), row.getLong(2),
        bytes == null ? null : new Payload(row.getInt(6), row.getString(7), bytes));
  }

  /** Events of other entity types are read as ordering and timestamp only. */
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
