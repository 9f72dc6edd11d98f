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
import io.orderflow.kernel.SteadyClock;
import io.orderflow.journal.JournalReader.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Keeps small tables that say where aggregates stand, from the manifest column of their events alone: nothing is deserialised, and
 * nothing is written twice on the way of a command. One in the cluster sweeps over the journal for all of them; what it wrote is
 * committed together with how far it has read.
 */
public final class JournalIndex extends AbstractBehavior<JournalIndex.Sweep> {

  enum Sweep { INSTANCE }

  /** One of the tables. */
  @FunctionalInterface
  public interface Table {

    /** Takes in events, in their order for each aggregate; some may have come before, after a crash. */
    void record(Connection connection, List<Row> events) throws SQLException;
  }

  /** Events read at once. */
  private static final int BATCH = 5_000;

  private final Database database;
  private final List<Table> tables;
  private final Clock clock;
  private final JournalReader reader;

  /** Starts it somewhere among the nodes that carry services, on threads of its own as it waits for the database. */
  public static void start(ActorSystem<?> system, Database database, List<Table> tables, Clock clock) {
    Behavior<Sweep> index = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(Sweep.INSTANCE, system.settings().config().getDuration("orderflow.journal-index.interval"));
      return new JournalIndex(context, database, tables, clock);
    }));
    singleton(system, "journal-index", index);
  }

  /** Starts a singleton of the nodes that carry services, which may wait for the database and begins again when that fails. */
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

  /** Up to where all tables have taken in everything. */
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
