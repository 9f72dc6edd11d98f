package io.orderflow.journal;

import io.orderflow.journal.ArchiveRule.Ending;
import io.orderflow.journal.EventArchive.Extent;
import io.orderflow.journal.JournalArchive.Moved;
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

  private final ArchiveRule endings;
  private final Clock clock;
  private Optional<Ending> last = Optional.empty();

  EndedEvents(ArchiveRule endings, Clock clock) {
    this.endings = endings;
    this.clock = clock;
  }

  @Override
  public Moved moveSome(Connection connection, long upTo, Instant before) throws SQLException {
    List<Ending> found = endings.next(connection, before, last, BATCH);
    if (found.isEmpty()) {
      last = Optional.empty();
      return new Moved(0, false);
    }
    List<Ending> held = endings.held(connection, found);
    Map<String, Extent> extents = EventArchive.extents(connection, ids(found));
    List<Ending> leaving = new ArrayList<>();
    long events = 0;
    int looked = 0;
    for (Ending ending : found) {
      List<Extent> ofIts = ending.persistenceIds().stream().map(extents::get).filter(Objects::nonNull).toList();
      long more = ofIts.stream().mapToLong(Extent::events).sum();
      if (!leaving.isEmpty() && events + more > JournalArchive.MAX_EVENTS) {
        break;
      }
      looked++;
      if (!held.contains(ending) && ofIts.stream().allMatch(extent ->
          extent.lastOrdering() <= upTo && extent.lastWrittenAt() < before.toEpochMilli())) {
        leaving.add(ending);
        events += more;
      }
    }
    int moved = EventArchive.moveAll(connection, ids(leaving), clock.instant());
    endings.forget(connection, leaving);
    last = Optional.of(found.get(looked - 1));
    boolean more = looked < found.size() || found.size() == BATCH;
    if (!more) {
      last = Optional.empty();
    }
    return new Moved(moved, more);
  }

  private static Collection<String> ids(List<Ending> endings) {
    return endings.stream().flatMap(ending -> ending.persistenceIds().stream()).toList();
  }
}
