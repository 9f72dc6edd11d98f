package io.orderflow.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Entities that end together and for good: they will write nothing any more. */
public interface ArchiveRule {

  /**
   * Some of them.
   *
   * @param at when the first of them was begun, or anything else that, with the id, puts endings in an order
   * @param persistenceIds of them all
   */
  record Ending(String id, long at, List<String> persistenceIds) {}

  /** Those that have ended before then, in their order, beginning behind the last one. */
  List<Ending> next(Connection connection, Instant before, Optional<Ending> last, int limit) throws SQLException;

  /** Those among them that must stay for now, although they have ended. */
  List<Ending> held(Connection connection, List<Ending> endings) throws SQLException;

  /** Their events are in the archive with this transaction: what else says that they are there goes. */
  void forget(Connection connection, List<Ending> archived) throws SQLException;
}
