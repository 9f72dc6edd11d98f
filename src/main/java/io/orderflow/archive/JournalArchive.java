package io.orderflow.archive;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import io.micrometer.core.instrument.Counter;
import io.orderflow.journal.ClusterTask;
import io.orderflow.journal.Database;
import io.orderflow.journal.EventArchive;
import io.orderflow.journal.JournalIndex;
import io.orderflow.metrics.Meters;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves old events that recovery no longer needs from the journal to the {@link EventArchive}. An event qualifies if it is older than
 * {@code orderflow.archive.after}, and if its aggregate has ended for good or the event precedes the aggregate's snapshots. A cluster
 * singleton; each round consists of many short transactions.
 *
 * <p>An event is moved only when all readers of the journal have read it. They read the archive only up to the ordering that it had reached
 * when they began.
 */
public final class JournalArchive {

  /** Reports the progress of a reader of the journal. */
  @FunctionalInterface
  public interface Reader {

    /** The ordering up to which it has read everything. Holds after a restart too. */
    long readUpTo(Connection connection) throws SQLException;
  }

  /** The result of one transaction: the number of events moved, and whether more can be moved in this round. */
  record Moved(int events, boolean more) {}

  /** Archives one kind of events. A round goes through them once, from the first, in as many transactions as it takes. */
  interface Kind {

    /** @param upTo events with a higher ordering stay in the journal */
    Moved moveSome(Connection connection, long upTo, Instant before) throws SQLException;
  }

  /** The most events moved in one transaction, unless a single saga has more. */
  static final int MAX_EVENTS = 5_000;
  private static final Logger LOG = LoggerFactory.getLogger(JournalArchive.class);

  private final Database database;
  private final List<Reader> readers;
  private final List<Kind> kinds;
  private final Clock clock;
  private final Counter movedEvents;
  private final Duration after;
  private final Duration interval;
  private int kind;
  private int movedInRound;

  /**
   * Starts the singleton on a node with services, unless archiving is switched off.
   *
   * @param ended the rules for entities that end
   * @param living the types of the entities that do not end and store snapshots
   * @param readers the readers of the journal other than {@link JournalIndex}
   */
  public static void start(ActorSystem<?> system, Database database, List<ArchiveRule> ended, List<String> living, List<Reader> readers,
      Clock clock) {
    Config config = system.settings().config().getConfig("orderflow.archive");
    if (config.getDuration("after").isZero()) {
      return;
    }
    ClusterTask.start(system, "journal-archive", config.getDuration("interval"), () ->
        new JournalArchive(database, ended, living, readers, clock, config,
            Meters.of(system).counter("orderflow.archive.events"))::moveSome);
  }

  private JournalArchive(Database database, List<ArchiveRule> ended, List<String> living, List<Reader> readers, Clock clock, Config config,
      Counter movedEvents) {
    this.database = database;
    this.readers = readers;
    this.clock = clock;
    this.movedEvents = movedEvents;
    this.after = config.getDuration("after");
    this.interval = config.getDuration("interval");
    this.kinds = Stream.concat(ended.stream().map(rule -> (Kind) new EndedEvents(rule, clock)),
        Stream.of(new SnapshottedEvents(living, clock))).toList();
  }

  private Duration moveSome() throws SQLException {
    Instant begun = clock.instant();
    long begunNanos = System.nanoTime();
    Moved moved = database.transaction(connection -> {
      EventArchive.hold(connection);
      long upTo = JournalIndex.position(connection);
      for (Reader reader : readers) {
        upTo = Math.min(upTo, reader.readUpTo(connection));
      }
      return kinds.get(kind).moveSome(connection, upTo, begun.minus(after));
    });
    movedEvents.increment(moved.events());
    movedInRound += moved.events();
    kind = moved.more() ? kind : (kind + 1) % kinds.size();
    boolean roundIsOver = kind == 0 && !moved.more();
    if (roundIsOver && movedInRound > 0) {
      LOG.info("Moved {} events from the journal to the archive", movedInRound);
      movedInRound = 0;
    }
    // Pauses for as long as the transaction took, which leaves half of the time to other transactions.
    return roundIsOver ? interval : Duration.ofNanos(System.nanoTime() - begunNanos);
  }
}
