package io.orderflow.saga;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.ClusterEvent.MemberRemoved;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import com.typesafe.config.Config;
import io.orderflow.kernel.SteadyClock;
import io.orderflow.saga.SagaTable.Listed;
import io.orderflow.store.Database;
import io.orderflow.store.JournalIndex;
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
 * Finds sagas that a crash left behind, and wakes them. One in the cluster.
 *
 * <p>The {@link JournalIndex} learns from the manifest column of the sagas' events where each stands and writes that into the table
 * {@code sagas}; here those are woken that should move but have been silent. Remembered entities would do the waking too, but they
 * store the start of each entity before the entity may handle its first message: a second durable write before every 201, and one more
 * for its end. The sweep costs the order's path nothing, its reads are of one index range, and being told of a saga that is well awake
 * does no harm. A saga exists from its first event on, and that event is what the sweep finds: there is no moment at which an answered
 * order could be missing from both.
 */
public final class SagaRecovery extends AbstractBehavior<SagaRecovery.Tick> {

  enum Tick { INSTANCE, NODE_REMOVED }

  /** Sagas woken at a time: few, so that those that a crash left behind don't fall upon the payment provider all at once. */
  private static final int WAKE_BATCH = 50;
  /** The same in a full round, which has all that move to go through: most of them are awake. */
  private static final int FULL_ROUND_BATCH = 250;
  /** Full rounds after a start and the end of a node: the later ones have what the table of sagas had not yet heard of at the first. */
  private static final int FULL_ROUNDS = 4;
  private static final Duration BETWEEN_FULL_ROUNDS = Duration.ofSeconds(1);
  private static final Instant END_OF_TIME = Instant.ofEpochMilli(Long.MAX_VALUE);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final Logger LOG = LoggerFactory.getLogger(SagaRecovery.class);

  private final Database database;
  private final Map<String, Sagas<?>> sagas;
  private final Clock clock;
  private final Duration wakeAfter;
  private final Clock steady;
  private Instant nextRound = Instant.MIN;
  /** Full rounds to come: they wake all that should move, whatever the clocks say; waking one that is awake does no harm. */
  private int fullRounds = FULL_ROUNDS;
  private String wokenUpTo = "";

  /** What the journal index keeps for it. */
  public static JournalIndex.Table table() {
    return SagaTable::record;
  }

  /** Starts it somewhere among the nodes that carry services. */
  public static void start(ActorSystem<?> system, Database database, List<Sagas<?>> sagas, Clock clock) {
    Config config = system.settings().config().getConfig("orderflow.sagas");
    Behavior<Tick> recovery = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK);
      return new SagaRecovery(context, database, sagas, clock, config.getDuration("wake-after"));
    }));
    JournalIndex.singleton(system, "saga-recovery", recovery);
  }

  private SagaRecovery(ActorContext<Tick> context, Database database, List<Sagas<?>> sagas, Clock clock, Duration wakeAfter) {
    super(context);
    this.database = database;
    this.sagas = sagas.stream().collect(Collectors.toMap(Sagas::name, Function.identity()));
    this.clock = clock;
    this.wakeAfter = wakeAfter;
    this.steady = SteadyClock.beginningAt(clock);
    // What a node carried is at home elsewhere now. The region that a saga is woken through keeps the message until it knows where.
    Cluster.get(context.getSystem()).subscriptions().tell(Subscribe.create(
        context.messageAdapter(MemberRemoved.class, removed -> Tick.NODE_REMOVED), MemberRemoved.class));
  }

  @Override
  public Receive<Tick> createReceive() {
    return newReceiveBuilder().onMessage(Tick.class, tick -> {
      if (tick == Tick.NODE_REMOVED) {
        fullRounds = FULL_ROUNDS;
        wokenUpTo = "";
        nextRound = Instant.MIN;
      }
      wake();
      return this;
    }).build();
  }

  private void wake() throws SQLException {
    Instant now = steady.instant();
    if (now.isBefore(nextRound)) {
      return;
    }
    Instant since = fullRounds > 0 ? END_OF_TIME : clock.instant().minus(wakeAfter);
    int batch = fullRounds > 0 ? FULL_ROUND_BATCH : WAKE_BATCH;
    List<Listed> silent = database.transaction(connection -> SagaTable.silent(connection, since, wokenUpTo, batch));
    for (Listed saga : silent) {
      Sagas<?> ofThatName = sagas.get(saga.definition());
      if (ofThatName == null) {
        LOG.warn("saga {} {} is {} but this version has no such definition", saga.definition(), saga.sagaId(), saga.state());
      } else {
        ofThatName.wake(saga.sagaId());
      }
    }
    boolean more = silent.size() == batch;
    wokenUpTo = more ? silent.get(silent.size() - 1).sagaId() : "";
    nextRound = more ? now : now.plus(fullRounds > 0 ? BETWEEN_FULL_ROUNDS : wakeAfter.dividedBy(2));
    fullRounds = more ? fullRounds : Math.max(0, fullRounds - 1);
  }
}
