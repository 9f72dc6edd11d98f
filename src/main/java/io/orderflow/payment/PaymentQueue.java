package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import com.typesafe.config.Config;
import io.orderflow.journal.Database;
import io.orderflow.journal.JournalIndex;
import io.orderflow.payment.BreakerSnapshot.State;
import io.orderflow.payment.Payment.AttemptOutcome;
import io.orderflow.payment.PaymentQueueTable.Backlog;
import io.orderflow.payment.PaymentQueueTable.Waiting;
import io.orderflow.saga.EndedSagas;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the payments that wait for the provider their turn, in the order in which they were queued. One in the cluster.
 *
 * <p>Each payment keeps itself in the journal that it waits, so nothing is lost with this actor or its node, and none is charged twice:
 * whose turn comes twice is settled already. While few wait, each is called when the one before it has been answered; the more wait, the
 * more calls are under way at once (a tenth of their number, at most {@code parallel}): the order is kept to within that number then.
 *
 * <p>A round begins with the first payment of the queue, once its pause is over. When its call fails, either the provider is down or this
 * payment fails by itself. So another one is tried, and the round ends when as many in a row have failed as decide a half-open breaker. The
 * other one is the next; after a round in which none succeeded it is the one that has failed least often, so that payments take turns in
 * trying. In an outage that leaves the order as it is. When another succeeds, the provider works: the pauses of
 * those that failed before are over, each is tried once more in its place, and one that fails again is postponed ({@link Payment}).
 *
 * <p>Postponed payments have a lane of their own, in which they are called when they are due: nothing waits for them.
 */
public final class PaymentQueue extends AbstractBehavior<PaymentQueue.Message> {

  interface Message {}

  private enum NextRound implements Message { INSTANCE }

  private record Taken(PaymentLane lane, Waiting payment, AttemptOutcome turn) implements Message {}

  /** Longer than a call of the provider and the write of its outcome take. */
  private static final Duration ASK = Duration.ofSeconds(10);
  /** Between two rounds. */
  private static final Duration INTERVAL = Duration.ofMillis(200);
  /** By then the table has heard from the journal that a call failed. */
  private static final Duration UNTIL_KNOWN = Duration.ofSeconds(1);
  /** Postponed payments that are called in a round and at once. */
  private static final int POSTPONED_CALLS = 4;
  /** A payment in front that alone keeps the breaker open lets another go first when it has failed so many times more often. */
  private static final int YIELDS_AFTER = 3;
  /** Sagas are told again and again of refunds that were given up, so many at a time: the first message may have got lost. */
  private static final Duration BETWEEN_REMINDERS = Duration.ofSeconds(10);
  private static final int REMINDERS = 100;
  private static final Comparator<Waiting> LEAST_FAILED = Comparator.comparingInt(Waiting::failures);
  private static final Logger LOG = LoggerFactory.getLogger(PaymentQueue.class);

  private final Database database;
  private final PaymentProvider provider;
  private final Consumer<String> onSettled;
  private final Consumer<String> onRefundGivenUp;
  private final ClusterSharding sharding;
  private final Clock clock;
  private final int perRound;
  private final int parallel;
  private final Duration longestPause;
  private final int trialCalls;
  private final boolean oneFailureOpens;

  private final PaymentLane inOrder = new PaymentLane();
  private final PaymentLane postponed = new PaymentLane();
  private final List<Waiting> settled = new ArrayList<>();
  private final List<Waiting> failed = new ArrayList<>();
  /** When the provider last answered a call, as far as it is known here; null before it has. */
  private Instant answered;
  private int failedInARow;
  /** Whether no call has succeeded since a call of an earlier round failed. */
  private boolean lastRoundFailed;
  private int atOnce = 1;
  private Instant nextReminder = Instant.MIN;
  private long remindedUpTo;

  /** What the journal index keeps for it. */
  public static JournalIndex.Table table() {
    return PaymentQueueTable::record;
  }

  /** The orders whose payment still waits: for its charge, or after the order's end for its refund. */
  public static EndedSagas.Unfinished unfinished() {
    return PaymentQueueTable::waiting;
  }

  /**
   * Starts it somewhere among the nodes that carry services.
   *
   * @param onSettled is told the order whose payment waits no longer; may be told twice, and not at all when a node dies
   * @param onRefundGivenUp is told the order whose refund was given up, again and again until that has changed
   */
  public static void start(ActorSystem<?> system, Database database, PaymentProvider provider, Consumer<String> onSettled,
      Consumer<String> onRefundGivenUp, Clock clock) {
    Config payment = system.settings().config().getConfig("orderflow.payment");
    JournalIndex.singleton(system, "payment-queue", Behaviors.setup((ActorContext<Message> context) -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(NextRound.INSTANCE, INTERVAL);
      return new PaymentQueue(context, database, provider, onSettled, onRefundGivenUp, clock, payment);
    })));
  }

  private PaymentQueue(ActorContext<Message> context, Database database, PaymentProvider provider, Consumer<String> onSettled,
      Consumer<String> onRefundGivenUp, Clock clock, Config payment) {
    super(context);
    this.database = database;
    this.provider = provider;
    this.onSettled = onSettled;
    this.onRefundGivenUp = onRefundGivenUp;
    this.clock = clock;
    this.sharding = ClusterSharding.get(context.getSystem());
    this.perRound = Math.max(1, (int) (payment.getInt("queue.rate") * INTERVAL.toMillis() / 1000));
    this.parallel = payment.getInt("queue.parallel");
    this.longestPause = payment.getDuration("queue.max-pause");
    this.trialCalls = payment.getInt("breaker.half-open-calls");
    this.oneFailureOpens = 100.0 >= payment.getDouble("breaker.failure-rate") * trialCalls;
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(NextRound.class, tick -> round())
        .onMessage(Taken.class, this::taken)
        .build();
  }

  private Behavior<Message> round() throws SQLException {
    if (!inOrder.isIdle() && !postponed.isIdle()) {
      return this;
    }
    Instant now = clock.instant();
    List<Waiting> toRemind = database.transaction(connection -> {
      PaymentQueueTable.remove(connection, settled);
      settled.clear();
      PaymentQueueTable.holdBack(connection, failed, now, now.plus(UNTIL_KNOWN));
      failed.clear();
      if (inOrder.isIdle()) {
        List<Waiting> first = PaymentQueueTable.first(connection, perRound);
        beginInOrder(first, first.size() < 2 ? Backlog.EMPTY : PaymentQueueTable.backlog(connection, now, 10 * parallel));
      }
      if (postponed.isIdle()) {
        // While the breaker is half-open the calls that it permits are for others.
        int calls = provider.snapshot().state() == State.CLOSED ? POSTPONED_CALLS : 1;
        postponed.begin(PaymentQueueTable.duePostponed(connection, now, longestPause, POSTPONED_CALLS), calls);
      }
      return now.isBefore(nextReminder) ? List.<Waiting>of() : PaymentQueueTable.givenUp(connection, remindedUpTo, REMINDERS);
    });
    if (!now.isBefore(nextReminder)) {
      nextReminder = now.plus(BETWEEN_REMINDERS);
      remindedUpTo = toRemind.size() < REMINDERS ? 0 : toRemind.get(toRemind.size() - 1).position();
      toRemind.forEach(payment -> onRefundGivenUp.accept(payment.orderId()));
    }
    callNext(inOrder);
    return callNext(postponed);
  }

  private void beginInOrder(List<Waiting> payments, Backlog backlog) {
    noteAnswer(provider.lastAnswered());
    lastRoundFailed = lastRoundFailed || failedInARow > 0;
    failedInARow = 0;
    if (payments.isEmpty()) {
      return;
    }
    Waiting first = payments.get(0);
    int least = payments.stream().filter(this::isCallable).min(LEAST_FAILED).map(Waiting::failures).orElse(0);
    boolean yields = oneFailureOpens && first.failures() >= least + YIELDS_AFTER;
    if (!isCallable(first) && !yields) {
      return;
    }
    atOnce = Math.max(1, Math.min(parallel, (backlog.waiting() - backlog.postponed()) / 10));
    // Whether the provider works is found out by one call after the other.
    inOrder.begin(payments, first.failures() > 0 && !isReleased(first) ? 1 : atOnce);
    if (yields) {
      inOrder.tryAnother(this::isCallable, LEAST_FAILED);
    }
  }

  private boolean isCallable(Waiting payment) {
    Instant now = clock.instant();
    return !payment.dueAt().isAfter(now) || payment.dueAt().isAfter(now.plus(longestPause)) || isReleased(payment);
  }

  /** Whether it failed while nobody knew whether the provider was down, and now it is known to work. */
  private boolean isReleased(Waiting payment) {
    return payment.failedAt() != null && answered != null && answered.isAfter(payment.failedAt());
  }

  private void noteAnswer(Instant at) {
    if (at != null && (answered == null || at.isAfter(answered))) {
      answered = at;
    }
  }

  private Behavior<Message> callNext(PaymentLane lane) {
    for (var next = lane.take(); next.isPresent(); next = lane.take()) {
      Waiting payment = next.get();
      getContext().pipeToSelf(sharding.entityRefFor(Payment.KEY, payment.orderId())
              .<AttemptOutcome>ask(replyTo -> new Payment.TakeTurn(answered, replyTo), ASK),
          (turn, failure) -> new Taken(lane, payment, turn));
    }
    return this;
  }

  private Behavior<Message> taken(Taken taken) {
    PaymentLane lane = taken.lane();
    Waiting payment = taken.payment();
    lane.ended();
    if (taken.turn() == null) {
      LOG.debug("the payment of order {} did not say how its turn went", payment.orderId());
      lane.stop();
      return callNext(lane);
    }
    switch (taken.turn()) {
      case SETTLED -> {
        noteAnswer(clock.instant());
        failedInARow = 0;
        lastRoundFailed = false;
        inOrder.goOnWith(atOnce);
        isSettled(payment);
      }
      case OVER -> isSettled(payment);
      case GIVEN_UP -> onRefundGivenUp.accept(payment.orderId());
      case POSTPONED -> failed.add(payment);
      case FAILED -> hasFailed(lane, payment);
      case NOT_CALLED -> {
        // Another node's breaker, when that is what held the call back, may let the others through.
        if (!provider.permitsCalls()) {
          lane.stop();
        }
      }
    }
    return callNext(lane);
  }

  private void isSettled(Waiting payment) {
    settled.add(payment);
    onSettled.accept(payment.orderId());
  }

  private void hasFailed(PaymentLane lane, Waiting payment) {
    failed.add(payment);
    failedInARow++;
    if (failedInARow >= trialCalls) {
      lane.stop();
    } else {
      lane.tryAnother(this::isCallable, lastRoundFailed ? LEAST_FAILED : Comparator.comparingLong(Waiting::position));
    }
  }
}
