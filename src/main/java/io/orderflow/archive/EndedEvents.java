package io.orderflow.archive;

import io.orderflow.archive.ArchiveRule.Group;
import io.orderflow.archive.JournalArchive.Moved;
import io.orderflow.journal.EventArchive;
import io.orderflow.journal.EventArchive.Extent;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Archives all events of groups of entities that have ended. */
final class EndedEvents implements JournalArchive.Kind {

  /** Groups in one transaction. An order has some two dozen events. */
  private static final int BATCH = 200;

  private final ArchiveRule rule;
  private final Clock clock;
  private Optional<Group> last = Optional.empty();

  EndedEvents(ArchiveRule rule, Clock clock) {
    this.rule = rule;
    this.clock = clock;
  }

  @Override
  public Moved moveSome(Connection connection, long upTo, Instant before) throws SQLException {
    List<Group> found = rule.next(connection, before, last, BATCH);
    if (found.isEmpty()) {
      last = Optional.empty();
      return new Moved(0, false);
    }
    List<Group> held = rule.held(connection, found);
    Map<String, Extent> extents = EventArchive.extents(connection, ids(found));
    List<Group> leaving = new ArrayList<>();
    long events = 0;
    int looked = 0;
    for (Group group : found) {
      List<Extent> ofIts = group.persistenceIds().stream().map(extents::get).filter(Objects::nonNull).toList();
      long more = ofIts.stream().mapToLong(Extent::events).sum();
      if (!leaving.isEmpty() && events + more > JournalArchive.MAX_EVENTS) {
        break;
      }
      looked++;
      if (!held.contains(group) && ofIts.stream().allMatch(extent ->
          extent.lastOrdering() <= upTo && extent.lastWrittenAt() < before.toEpochMilli())) {
        leaving.add(group);
        events += more;
      }
    }
    int moved = EventArchive.moveAll(connection, ids(leaving), clock.instant());
    rule.forget(connection, leaving);
    last = Optional.of(found.get(looked - 1));
    boolean more = looked < found.size() || found.size() == BATCH;
    if (!more) {
      last = Optional.empty();
    }
    return new Moved(moved, more);
  }

  private static Collection<String> ids(List<Group> groups) {
    return groups.stream().flatMap(group -> group.persistenceIds().stream()).toList();
  }
}
