package io.orderflow.saga;

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
import com.typesafe.config.Config;
import io.orderflow.saga.SagaTable.Listed;
import io.orderflow.store.Database;
import io.orderflow.store.JournalReader;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds sagas that a crash left behind, and keeps the list of all sagas for operators. One in the cluster.
 *
 * <p>It sweeps over the journal: from the manifest column of the sagas' events it learns where each stands, writes that into the table
 * {@code sagas}, and wakes those that should move but have been silent. Remembered entities would do the waking too, but they store
 * the start of each entity before the entity may handle its first message: a second durable write before every 201, and one more for
 * its end. The sweep costs the order's path nothing, its reads are of one index range, and being told of a saga that is well awake
 * does no harm. A saga exists from its first event on, and that event is what the sweep finds: there is no moment at which an answered
 * order could be missing from both.
 */
public final class SagaIndex extends AbstractBehavior<SagaIndex.Tick> {

  enum Tick { INSTANCE }

  /** Sagas woken with each sweep: few, so that those that a crash left behind don't fall upon the payment provider all at once. */
  private static final int WAKE_BATCH = 50;
  /** Events read from the journal at once. */
  private static final int READ_BATCH = 5_000;
  private static final Logger LOG = LoggerFactory.getLogger(SagaIndex.class);

  private final Database database;
  private final Map<String, Sagas<?>> sagas;
  private final Clock clock;
  private final Duration wakeAfter;
  private final JournalReader reader;
  private Instant nextRound = Instant.MIN;
  /** The first round wakes all that should move: it follows a start or the end of a node, and waking one that is awake does no harm. */
  private boolean firstRound = true;
  private String wokenUpTo = "";

  /** Starts it somewhere among the nodes that carry services, on threads of its own as it waits for the database. */
  public static void start(ActorSystem<?> system, Database database, List<Sagas<?>> sagas, Clock clock) {
    Config config = system.settings().config().getConfig("orderflow.sagas");
    Behavior<Tick> sweep = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, Duration.ZERO, config.getDuration("sweep-interval"));
      return new SagaIndex(context, database, sagas, clock, config.getDuration("wake-after"));
    }));
    ClusterSingleton.get(system).init(SingletonActor
        .of(Behaviors.supervise(sweep).onFailure(SupervisorStrategy
            .restartWithBackoff(Duration.ofMillis(500), Duration.ofSeconds(10), 0.2)), "saga-index")
        .withProps(DispatcherSelector.fromConfig("orderflow.blocking-dispatcher"))
        .withSettings(ClusterSingletonSettings.create(system).withRole("services")));
  }

  private SagaIndex(ActorContext<Tick> context, Database database, List<Sagas<?>> sagas, Clock clock, Duration wakeAfter)
      throws SQLException {
    super(context);
    this.database = database;
    this.sagas = sagas.stream().collect(Collectors.toMap(Sagas::name, Function.identity()));
    this.clock = clock;
    this.wakeAfter = wakeAfter;
    this.reader = JournalReader.ofHeads(database.transaction(SagaTable::position));
  }

  @Override
  public Receive<Tick> createReceive() {
    return newReceiveBuilder().onMessage(Tick.class, tick -> {
      sweep();
      wake();
      return this;
    }).build();
  }

  private void sweep() throws SQLException {
    int read;
    do {
      read = database.transaction(connection -> {
        long before = reader.safePosition();
        List<JournalReader.Row> rows = reader.next(connection, clock.instant(), READ_BATCH);
        SagaTable.record(connection, rows);
        if (reader.safePosition() != before) {
          SagaTable.savePosition(connection, reader.safePosition());
        }
        return rows.size();
      });
    } while (read >= READ_BATCH);
  }

  private void wake() throws SQLException {
    Instant now = clock.instant();
    if (now.isBefore(nextRound)) {
      return;
    }
    Instant since = firstRound ? now : now.minus(wakeAfter);
    List<Listed> silent = database.transaction(
        connection -> SagaTable.silent(connection, since, wokenUpTo, WAKE_BATCH));
    for (Listed saga : silent) {
      Sagas<?> ofThatName = sagas.get(saga.definition());
      if (ofThatName == null) {
        LOG.warn("saga {} {} is {} but this version has no such definition", saga.definition(), saga.sagaId(), saga.state());
      } else {
        ofThatName.wake(saga.sagaId());
      }
    }
    boolean more = silent.size() == WAKE_BATCH;
    firstRound = firstRound && more;
    wokenUpTo = more ? silent.get(silent.size() - 1).sagaId() : "";
    nextRound = more ? now : now.plus(wakeAfter.dividedBy(2));
  }
}
