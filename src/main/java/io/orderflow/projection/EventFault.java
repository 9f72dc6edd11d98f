package io.orderflow.projection;

import io.orderflow.journal.Database;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** Decides whether an event is the cause of a projection's failure, so that this event fails again while others succeed. */
final class EventFault {

  /**
   * Classes of SQL states about the values in a statement: cardinality, data, integrity, program limits. All other classes are about the
   * database, the connection or the statement; parking by them would park one aggregate after another.
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
