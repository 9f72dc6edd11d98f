package io.orderflow.testkit;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What clients saw of each order over time, checked as it comes in. An order's history is linear: it begins with its 201, from then on every
 * read finds the order, and once any client has seen its end, every read that begins later sees that same end. Reads that overlap may be
 * answered in either order. Times are those of {@link System#nanoTime()}.
 */
final class OrderHistories {

  /** The status of an order that a read did not find. */
  static final String NOT_FOUND = "NOT_FOUND";

  private static final Set<String> ENDS = Set.of("CONFIRMED", "CANCELLED");

  /** @param end the first end that a client has seen; null before */
  private record History(String end, long endSeenAt) {}

  private final Map<String, History> histories = new ConcurrentHashMap<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

  /** A client was answered 201, with that status in it. A repeat under the same key is answered likewise. */
  void answered(String orderId, String status, long began, long ended) {
    histories.putIfAbsent(orderId, new History(null, 0));
    read(orderId, status, began, ended);
  }

  /** A client has read the order. */
  void read(String orderId, String status, long began, long ended) {
    History next = histories.computeIfPresent(orderId, (id, history) -> {
      if (status.equals(NOT_FOUND)) {
        violations.add(id + " was answered with 201 and not found afterwards");
      } else if (history.end() != null && !history.end().equals(status) && (ENDS.contains(status) || began - history.endSeenAt() > 0)) {
        violations.add(id + " was " + history.end() + " and then " + status);
      }
      return history.end() == null && ENDS.contains(status) ? new History(status, ended) : history;
    });
    if (next == null && !status.equals(NOT_FOUND)) {
      violations.add(orderId + " was " + status + " before its 201");
    }
  }

  /** All that contradicts the rule, in the order in which it was seen. */
  List<String> violations() {
    return List.copyOf(violations);
  }
}
