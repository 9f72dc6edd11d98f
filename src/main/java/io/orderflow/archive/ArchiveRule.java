package io.orderflow.archive;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Selects groups of entities whose events may be archived: entities that end together and never write again. */
public interface ArchiveRule {

  /**
   * One group of entities.
   *
   * @param at when the first of them started, or any other number that orders the groups together with the id
   * @param persistenceIds of all entities of the group
   */
  record Group(String id, long at, List<String> persistenceIds) {}

  /** The groups that ended before that time, in order, starting after {@code last}. */
  List<Group> next(Connection connection, Instant before, Optional<Group> last, int limit) throws SQLException;

  /** The groups among these that must stay in the journal for now, although they have ended. */
  List<Group> held(Connection connection, List<Group> groups) throws SQLException;

  /** Deletes index rows about these groups, in the transaction that archives their events. */
  void forget(Connection connection, List<Group> archived) throws SQLException;
}
