package io.orderflow.projection;

import io.orderflow.journal.Database;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** Tells whether a view's failure lies in the event, so that the same event fails again while others succeed. */
final class EventFault {

  /**
   * Classes of SQL states that speak of the values of a statement: cardinality, data, integrity, a row beyond a limit. All others speak
   * of the database, the connection or the statement, and would park one aggregate after the other.
   */
  private static final Set<String> OF_VALUES = Set.of("21", "22", "23", "54");

  private EventFault() {}

  static boolean is(Throwable failure) {
    if (Database.isPassing(failure)) {
      return false;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof TimeoutException || cause instanceof InterruptedException) {
        return false;
      }
      if (cause instanceof SQLException sql) {
        return sql.getSQLState() != null && sql.getSQLState().length() == 5 && OF_VALUES.contains(sql.getSQLState().substring(0, 2));
      }
    }
    return true;
  }
}
