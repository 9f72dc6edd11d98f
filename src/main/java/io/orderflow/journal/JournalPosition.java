package io.orderflow.journal;

import java.util.ArrayList;
import java.util.List;

/**
 * Records how far a reader of the journal has come. It has seen every event up to an ordering, except those that were missing when it read
 * past them.
 *
 * @param upTo the highest ordering seen; 0 before the first event
 * @param missing the lower orderings that were missing, ascending
 */
public record JournalPosition(long upTo, List<Range> missing) {

  /** The position before the first event. */
  public static final JournalPosition START = new JournalPosition(0, List.of());

  /** Consecutive orderings, both ends included. */
  public record Range(long from, long to) {

    private boolean lacks(long upTo, List<Range> seenBut) {
      return from > upTo || seenBut.stream().anyMatch(range -> range.from <= from && to <= range.to);
    }
  }

  /**
   * Parses the format of {@link #toString}.
   *
   * @throws NumberFormatException if the text is malformed
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

  /** The ordering up to which no event was missing. */
  public long complete() {
    return missing.isEmpty() ? upTo : missing.get(0).from() - 1;
  }

  /** Whether this position has seen all events that the other has seen. */
  public boolean covers(JournalPosition other) {
    return upTo >= other.upTo && missing.stream().allMatch(range -> range.lacks(other.upTo, other.missing));
  }

  /** A short form for a column of a table, such as {@code 1200;1180-1183,1190}. */
  @Override
  public String toString() {
    if (missing.isEmpty()) {
      return Long.toString(upTo);
    }
    return upTo + ";" + String.join(",", missing.stream()
        .map(range -> range.from == range.to ? Long.toString(range.from) : range.from + "-" + range.to).toList());
  }
}
