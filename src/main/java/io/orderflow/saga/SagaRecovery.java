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
import io.orderflow.journal.ClusterTask;
import io.orderflow.journal.Database;
import io.orderflow.journal.JournalIndex;
import io.orderflow.kernel.SteadyClock;
import io.orderflow.saga.SagaTable.Active;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes the active sagas that a crash has left behind. A cluster singleton.
 *
 * <p>The {@link JournalIndex} reads each saga's status from the manifest column of its events and writes it into the table {@code sagas}.
 * The sweep wakes sagas that are active in the table but silent. A saga is in the journal from its first event on, so the sweep can't miss
 * a saga whose start was answered. To wake a saga that is awake does no harm.
 *
 * <p>Remembered entities would wake sagas too. But they store the start of each entity before its first message: a second durable write
 * before every 201, and one more for its end. The sweep costs an order nothing, and it reads one index range.
 *
 * <p>Silence is measured by this actor's own steady clock. The times in the table come from the machines that wrote the events: a saga whose
 * node had a fast clock would be woken too late.
 */
public final class SagaRecovery extends AbstractBehavior<SagaRecovery.Tick> {

  enum Tick { INSTANCE, NODE_REMOVED }

  /** Sagas woken at a time: few, so that they don't call the payment provider all at once after a crash. */
  private static final int WAKE_BATCH = 50;
  /** The same in a full round, which wakes every active saga: most of them are awake. */
  private static final int FULL_ROUND_BATCH = 250;
  /** The most rows that are read at a time. */
  private static final int READ_BATCH = 1000;
  /** Sagas that are observed at once, 200 bytes each. Further sagas are woken whether they are silent or not. */
  private static final int MAX_OBSERVED = 200_000;
  /** Full rounds after a start and after a node's removal. The later rounds find sagas that were not yet in the table at the first. */
  private static final int FULL_ROUNDS = 4;
  private static final Duration BETWEEN_FULL_ROUNDS = Duration.ofSeconds(1);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final List<SagaStatus> ACTIVE = Stream.of(SagaStatus.values()).filter(SagaStatus::isActive).toList();
  private static final Logger LOG = LoggerFactory.getLogger(SagaRecovery.class);

  /** The position of a round: the number of statuses that are done, and the last saga seen of the next status. */
  private record Position(int states, String sagaId, String definition) {

    static final Position START = new Position(0, "", "");

    SagaStatus state() {
      return ACTIVE.get(states);
    }

    Position after(Active saga) {
      return new Position(states, saga.sagaId(), saga.definition());
    }

    Position nextState() {
      return new Position(states + 1, "", "");
    }

    boolean isEnd() {
      return states == ACTIVE.size();
    }
  }

  private final Database database;
  private final Map<String, Sagas<?>> sagas;
  private final Duration betweenRounds;
  private final Clock steady;
  private final Silence silence;
  private Instant nextRound = Instant.MIN;
  /** Full rounds to come: they wake every active saga, silent or not. */
  private int fullRounds = FULL_ROUNDS;
  private Position position = Position.START;

  /** Keeps the table {@code sagas} up to date from the journal. */
  public static JournalIndex.Table table() {
    return SagaTable::record;
  }

  /** Starts the singleton on one of the nodes with the role {@code services}. */
  public static void start(ActorSystem<?> system, Database database, List<Sagas<?>> sagas, Clock clock) {
    Config config = system.settings().config().getConfig("orderflow.sagas");
    Behavior<Tick> recovery = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK);
      return new SagaRecovery(context, database, sagas, clock, config.getDuration("wake-after"));
    }));
    ClusterTask.singleton(system, "saga-recovery", recovery);
  }

  private SagaRecovery(ActorContext<Tick> context, Database database, List<Sagas<?>> sagas, Clock clock, Duration wakeAfter) {
    super(context);
    this.database = database;
    this.sagas = sagas.stream().collect(Collectors.toMap(Sagas::name, Function.identity()));
    // A silent saga waits about a fifth longer than it must, at most.
    this.betweenRounds = wakeAfter.dividedBy(5);
    this.steady = SteadyClock.beginningAt(clock);
    this.silence = new Silence(wakeAfter, MAX_OBSERVED);
    // The removed node's sagas get a new home. The shard region keeps the wake message until it knows where.
    Cluster.get(context.getSystem()).subscriptions().tell(Subscribe.create(
        context.messageAdapter(MemberRemoved.class, removed -> Tick.NODE_REMOVED), MemberRemoved.class));
  }

  @Override
  public Receive<Tick> createReceive() {
    return newReceiveBuilder().onMessage(Tick.class, tick -> {
      if (tick == Tick.NODE_REMOVED) {
        fullRounds = FULL_ROUNDS;
        position = Position.START;
        nextRound = Instant.MIN;
      }
      sweep();
      return this;
    }).build();
  }

  private void sweep() throws SQLException {
    Instant now = steady.instant();
    if (now.isBefore(nextRound)) {
      return;
    }
    boolean more;
    do {
      more = page(now, fullRounds > 0);
    } while (more);
  }

  /**
   * Reads the next page.
   *
   * @return whether a status is done and another one follows
   */
  private boolean page(Instant now, boolean full) throws SQLException {
    int limit = full ? FULL_ROUND_BATCH : READ_BATCH;
    List<Active> page = database.transaction(connection ->
        SagaTable.active(connection, position.state(), position.sagaId(), position.definition(), limit));
    int woken = 0;
    int seen = 0;
    while (seen < page.size() && (full || woken < WAKE_BATCH)) {
      Active saga = page.get(seen++);
      position = position.after(saga);
      if (silence.of(saga, now) || full) {
        woken++;
        wake(saga);
      }
    }
    if (seen < page.size() || seen == limit) {
      return false;
    }
    position = position.nextState();
    if (position.isEnd()) {
      endRound(now);
      return false;
    }
    return true;
  }

  private void endRound(Instant now) {
    position = Position.START;
    silence.endPass();
    nextRound = now.plus(fullRounds > 0 ? BETWEEN_FULL_ROUNDS : betweenRounds);
    fullRounds = Math.max(0, fullRounds - 1);
  }

  private void wake(Active saga) {
    Sagas<?> definition = sagas.get(saga.definition());
    if (definition == null) {
      LOG.warn("saga {} {} is active but this version has no such definition", saga.definition(), saga.sagaId());
    } else {
      definition.wake(saga.sagaId());
    }
  }
}
