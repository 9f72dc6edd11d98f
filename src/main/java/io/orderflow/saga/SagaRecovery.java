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
import io.orderflow.saga.SagaTable.Moving;
import io.orderflow.journal.Database;
import io.orderflow.journal.JournalIndex;
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
 * Finds sagas that a crash left behind, and wakes them. One in the cluster.
 *
 * <p>The {@link JournalIndex} learns from the manifest column of the sagas' events where each stands and writes that into the table
 * {@code sagas}; here those are woken that should move but have been silent. Remembered entities would do the waking too, but they
 * store the start of each entity before the entity may handle its first message: a second durable write before every 201, and one more
 * for its end. The sweep costs the order's path nothing, its reads are of one index range, and being told of a saga that is well awake
 * does no harm. A saga exists from its first event on, and that event is what the sweep finds: there is no moment at which an answered
 * order could be missing from both.
 *
 * <p>How long a saga has been silent is what this actor has seen itself, by its own steady clock. The times in the table are those of the
 * machines that wrote the events, and a saga whose node had a clock ahead of this one's would not be woken until then.
 */
public final class SagaRecovery extends AbstractBehavior<SagaRecovery.Tick> {

  enum Tick { INSTANCE, NODE_REMOVED }

  /** Sagas woken at a time: few, so that those that a crash left behind don't fall upon the payment provider all at once. */
  private static final int WAKE_BATCH = 50;
  /** The same in a full round, which wakes all that move: most of them are awake. */
  private static final int FULL_ROUND_BATCH = 250;
  /** The most rows that are read at a time. */
  private static final int READ_BATCH = 1000;
  /** Sagas that are observed at once, 200 bytes each; those beyond them are woken whether they are silent or not. */
  private static final int MAX_OBSERVED = 200_000;
  /** Full rounds after a start and the end of a node: the later ones have what the table of sagas had not yet heard of at the first. */
  private static final int FULL_ROUNDS = 4;
  private static final Duration BETWEEN_FULL_ROUNDS = Duration.ofSeconds(1);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final List<SagaStatus> MOVING = Stream.of(SagaStatus.values()).filter(SagaStatus::isActive).toList();
  private static final Logger LOG = LoggerFactory.getLogger(SagaRecovery.class);

  /** Up to where a round has come: the states of which it has seen all, and the last saga of the next state. */
  private record Position(int states, String sagaId, String definition) {

    static final Position START = new Position(0, "", "");

    SagaStatus state() {
      return MOVING.get(states);
    }

    Position after(Moving saga) {
      return new Position(states, saga.sagaId(), saga.definition());
    }

    Position nextState() {
      return new Position(states + 1, "", "");
    }

    boolean isEnd() {
      return states == MOVING.size();
    }
  }

  private final Database database;
  private final Map<String, Sagas<?>> sagas;
  private final Duration betweenRounds;
  private final Clock steady;
  private final Silence silence;
  private Instant nextRound = Instant.MIN;
  /** Full rounds to come: they wake all that should move, silent or not; waking one that is awake does no harm. */
  private int fullRounds = FULL_ROUNDS;
  private Position position = Position.START;

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
    // Often enough that a silent saga waits little longer than it must.
    this.betweenRounds = wakeAfter.dividedBy(5);
    this.steady = SteadyClock.beginningAt(clock);
    this.silence = new Silence(wakeAfter, MAX_OBSERVED);
    // What a node carried is at home elsewhere now. The region that a saga is woken through keeps the message until it knows where.
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

  /** Goes on by a page; true when a state was seen to its end and there is another one. */
  private boolean page(Instant now, boolean full) throws SQLException {
    int limit = full ? FULL_ROUND_BATCH : READ_BATCH;
    List<Moving> page = database.transaction(connection ->
        SagaTable.moving(connection, position.state(), position.sagaId(), position.definition(), limit));
    int woken = 0;
    int seen = 0;
    while (seen < page.size() && (full || woken < WAKE_BATCH)) {
      Moving saga = page.get(seen++);
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

  private void wake(Moving saga) {
    Sagas<?> ofThatName = sagas.get(saga.definition());
    if (ofThatName == null) {
      LOG.warn("saga {} {} should move but this version has no such definition", saga.definition(), saga.sagaId());
    } else {
      ofThatName.wake(saga.sagaId());
    }
  }
}
