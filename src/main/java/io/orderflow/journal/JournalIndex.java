package io.orderflow.journal;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.SingletonActor;
import io.orderflow.journal.JournalReader.Row;
import io.orderflow.kernel.SteadyClock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Maintains small tables with the current state of aggregates, from the manifest column of their events alone. Events are not deserialised,
 * and commands need no additional write. A cluster singleton reads the journal for all tables. Each transaction commits their changes
 * together with its position in the journal.
 */
public final class JournalIndex extends AbstractBehavior<JournalIndex.Sweep> {

  enum Sweep { INSTANCE }

  /** Updates one of the tables. */
  @FunctionalInterface
  public interface Table {

    /** Applies events, in order for each aggregate. After a crash some events are applied again. */
    void record(Connection connection, List<Row> events) throws SQLException;
  }

  /** The most events read in one transaction. */
  private static final int BATCH = 5_000;

  private final Database database;
  private final List<Table> tables;
  private final Clock clock;
  private final JournalReader reader;

  /** Starts the singleton on a node with services, on the blocking dispatcher, because it waits for the database. */
  public static void start(ActorSystem<?> system, Database database, List<Table> tables, Clock clock) {
    Behavior<Sweep> index = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(Sweep.INSTANCE, system.settings().config().getDuration("orderflow.journal-index.interval"));
      return new JournalIndex(context, database, tables, clock);
    }));
    singleton(system, "journal-index", index);
  }

  /** Starts a cluster singleton on the nodes with services. It may block, and restarts with back-off after a failure. */
  public static <T> void singleton(ActorSystem<?> system, String name, Behavior<T> behavior) {
    ClusterSingleton.get(system).init(SingletonActor
        .of(Behaviors.supervise(behavior).onFailure(SupervisorStrategy
            .restartWithBackoff(Duration.ofMillis(500), Duration.ofSeconds(10), 0.2)), name)
        .withProps(DispatcherSelector.fromConfig("orderflow.blocking-dispatcher"))
        .withSettings(ClusterSingletonSettings.create(system).withRole("services")));
  }

  private JournalIndex(ActorContext<Sweep> context, Database database, List<Table> tables, Clock clock) throws SQLException {
    super(context);
    this.database = database;
    this.tables = tables;
    this.clock = SteadyClock.beginningAt(clock);
    this.reader = JournalReader.ofHeads(database.transaction(JournalIndex::position));
  }

  @Override
  public Receive<Sweep> createReceive() {
    return newReceiveBuilder().onMessage(Sweep.class, tick -> {
      sweep();
      return this;
    }).build();
  }

  private void sweep() throws SQLException {
    int read;
    do {
      read = database.transaction(connection -> {
        long before = reader.safePosition();
        List<Row> rows = reader.next(connection, clock.instant(), BATCH);
        for (Table table : tables) {
          table.record(connection, rows);
        }
        if (reader.safePosition() != before) {
          savePosition(connection, reader.safePosition());
        }
        return rows.size();
      });
    } while (read >= BATCH);
  }

  /** The ordering up to which all tables are up to date. */
  static long position(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT ordering FROM journal_index_position");
        ResultSet found = select.executeQuery()) {
      found.next();
      return found.getLong(1);
    }
  }

  private static void savePosition(Connection connection, long position) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement("UPDATE journal_index_position SET ordering = ?")) {
      update.setLong(1, position);
      update.executeUpdate();
    }
  }
}
