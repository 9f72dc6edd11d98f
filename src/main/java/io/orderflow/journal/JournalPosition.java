package io.orderflow.journal;

import java.util.ArrayList;
import java.util.List;

/**
 * How far a reader of the journal has come: it has seen every event up to a number but those that were missing when it came by.
 *
 * @param upTo the highest number seen; 0 before the first event
 * @param missing the numbers below it that were not there, in ascending order
 */
public record JournalPosition(long upTo, List<Range> missing) {

  /** Before the first event. */
  public static final JournalPosition START = new JournalPosition(0, List.of());

  /** Numbers in a row, both ends included. */
  public record Range(long from, long to) {

    private boolean lacks(long upTo, List<Range> seenBut) {
      return from > upTo || seenBut.stream().anyMatch(range -> range.from <= from && to <= range.to);
    }
  }

  /**
   * Reads the form that {@link #toString} writes.
   *
   * @throws NumberFormatException when it is another
   */
  public static JournalPosition parse(String text) {
    String[] parts = text.split(";", 2);
    List<Range> missing = new ArrayList<>();
    for (String range : parts.length == 1 ? new String[0] : parts[1].split(",")) {
      String[] ends = range.split("-");
      missing.add(new Range(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1])));
    }
    return new JournalPosition(Long.parseLong(parts[0]), List.copyOf(missing));
  }

  /** The number up to which nothing was missing. */
  public long complete() {
    return missing.isEmpty() ? upTo : missing.get(0).from() - 1;
  }

  /** Whether everything that was seen there has been seen here too. */
  public boolean covers(JournalPosition other) {
    return upTo >= other.upTo && missing.stream().allMatch(range -> range.lacks(other.upTo, other.missing));
  }

  /** Short, for a column of a table: {@code 1200;1180-1183,1190}. */
  @Override
  public String toString() {
    if (missing.isEmpty()) {
      return Long.toString(upTo);
    }
    return upTo + ";" + String.join(",", missing.stream()
        .map(range -> range.from == range.to ? Long.toString(range.from) : range.from + "-" + range.to).toList());
  }
}
