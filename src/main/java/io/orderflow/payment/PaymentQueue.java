package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import com.typesafe.config.Config;
import io.orderflow.journal.ClusterTask;
import io.orderflow.journal.JournalIndex;
import io.orderflow.payment.BreakerSnapshot.State;
import io.orderflow.payment.PaymentQueueQueries.Backlog;
import io.orderflow.payment.PaymentQueueQueries.Round;
import io.orderflow.payment.PaymentQueueQueries.RoundRequest;
import io.orderflow.saga.EndedSagas;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the queued payments, in the order in which they joined the queue. A cluster singleton.
 *
 * <p>Each payment records in the journal that it is queued, so a crash of this actor or its node loses none. A payment that is attempted
 * twice is charged once: the second attempt finds it settled. While few payments are queued, each is attempted after the one before it was
 * answered. With more of them, a tenth of their number is in flight at once, at most {@code parallel}; the order holds within that number.
 *
 * <p>The work is done in rounds. {@link QueueOrder} decides which payments may be attempted in a round, and what follows a failure.
 *
 * <p>Postponed payments are attempted in a lane of their own when they are due. No other payment waits for them.
 */
public final class PaymentQueue extends AbstractBehavior<PaymentQueue.Message> {

  interface Message {}

  private enum NextRound implements Message { INSTANCE }

  /** @param outcome null if the payment did not answer in time */
  private record AttemptEnded(PaymentLane lane, QueuedPayment payment, AttemptOutcome outcome) implements Message {}

  /** Longer than a call of the provider and the write of its outcome take. */
  private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(200);
  /** By then the journal index has read that an attempt failed. */
  private static final Duration UNTIL_INDEXED = Duration.ofSeconds(1);
  /** The most postponed payments in a round, and in flight at once. */
  private static final int POSTPONED_ATTEMPTS = 4;
  /** Sagas are told repeatedly of refunds that were given up, in batches: a message may get lost. */
  private static final Duration BETWEEN_REMINDERS = Duration.ofSeconds(10);
  private static final int REMINDER_BATCH = 100;
  private static final Logger LOG = LoggerFactory.getLogger(PaymentQueue.class);

  private final PaymentQueueQueries queries;
  private final PaymentProvider provider;
  private final Consumer<String> onSettled;
  private final Consumer<String> onRefundGivenUp;
  private final PaymentService payments;
  private final Clock clock;
  private final int perRound;
  private final int parallel;
  private final Duration longestPause;

  private final QueueOrder order;
  private final PaymentLane inOrder = new PaymentLane();
  private final PaymentLane postponed = new PaymentLane();
  private final List<QueuedPayment> settled = new ArrayList<>();
  private final List<QueuedPayment> failed = new ArrayList<>();
  private int maxInFlight = 1;
  private Instant nextReminder = Instant.MIN;
  private long remindedUpTo;

  /** Keeps the table {@code payment_queue} up to date from the journal. */
  public static JournalIndex.Table table() {
    return PaymentQueueTable::record;
  }

  /** The orders whose payment is queued, or whose refund was given up. They are not archived. */
  public static EndedSagas.Unfinished unfinished() {
    return PaymentQueueQueries::unfinished;
  }

  /**
   * Starts the singleton on one of the nodes with the role {@code services}.
   *
   * @param onSettled receives the order of each payment that leaves the queue; perhaps twice, and not at all if a node dies
   * @param onRefundGivenUp receives the order of each refund that was given up, repeatedly until an operator has retried it
   */
  static void start(ActorSystem<?> system, PaymentQueueQueries queries, PaymentService payments, PaymentProvider provider, Consumer<String> onSettled,
      Consumer<String> onRefundGivenUp, Clock clock) {
    Config payment = system.settings().config().getConfig("orderflow.payment");
    ClusterTask.singleton(system, "payment-queue", Behaviors.setup((ActorContext<Message> context) -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(NextRound.INSTANCE, BETWEEN_ROUNDS);
      return new PaymentQueue(context, queries, payments, provider, onSettled, onRefundGivenUp, clock, payment);
    })));
  }

  private PaymentQueue(ActorContext<Message> context, PaymentQueueQueries queries, PaymentService payments, PaymentProvider provider, Consumer<String> onSettled,
      Consumer<String> onRefundGivenUp, Clock clock, Config payment) {
    super(context);
    this.queries = queries;
    this.provider = provider;
    this.onSettled = onSettled;
    this.onRefundGivenUp = onRefundGivenUp;
    this.clock = clock;
    this.payments = payments;
    this.perRound = Math.max(1, (int) (payment.getInt("queue.rate") * BETWEEN_ROUNDS.toMillis() / 1000));
    this.parallel = payment.getInt("queue.parallel");
    this.longestPause = payment.getDuration("queue.max-pause");
    this.order = new QueueOrder(payment);
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(NextRound.class, tick -> nextRound())
        .onMessage(AttemptEnded.class, this::attemptEnded)
        .build();
  }

  private Behavior<Message> nextRound() {
    boolean inOrderIdle = inOrder.isIdle();
    boolean postponedIdle = postponed.isIdle();
    if (!inOrderIdle && !postponedIdle) {
      return this;
    }
    Instant now = clock.instant();
    boolean reminds = !now.isBefore(nextReminder);
    Round round = queries.nextRound(new RoundRequest(now, settled, failed, now.plus(UNTIL_INDEXED), inOrderIdle ? perRound : 0, 10 * parallel,
        postponedIdle ? POSTPONED_ATTEMPTS : 0, longestPause, remindedUpTo, reminds ? REMINDER_BATCH : 0));
    settled.clear();
    failed.clear();
    if (inOrderIdle) {
      beginInOrder(round.inOrder(), round.backlog());
    }
    if (postponedIdle) {
      // A half-open breaker permits few calls: they are for the other payments.
      postponed.begin(round.postponed(), provider.snapshot().state() == State.CLOSED ? POSTPONED_ATTEMPTS : 1);
    }
    if (reminds) {
      nextReminder = now.plus(BETWEEN_REMINDERS);
      List<QueuedPayment> givenUp = round.givenUp();
      remindedUpTo = givenUp.size() < REMINDER_BATCH ? 0 : givenUp.get(givenUp.size() - 1).position();
      givenUp.forEach(payment -> onRefundGivenUp.accept(payment.orderId()));
    }
    attemptNext(inOrder);
    return attemptNext(postponed);
  }

  private void beginInOrder(List<QueuedPayment> payments, Backlog backlog) {
    order.answered(provider.lastAnswered());
    order.roundBegins();
    if (payments.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    QueuedPayment first = payments.get(0);
    boolean yields = order.firstYields(payments, now);
    if (!yields && !order.isDue(first, now)) {
      return;
    }
    maxInFlight = order.maxInFlight(backlog);
    inOrder.begin(payments, order.isInDoubt(first) ? 1 : maxInFlight);
    if (yields) {
      inOrder.moveToFront(payment -> order.isDue(payment, now), QueueOrder.LEAST_FAILED);
    }
  }

  private Behavior<Message> attemptNext(PaymentLane lane) {
    for (var next = lane.take(); next.isPresent(); next = lane.take()) {
      QueuedPayment payment = next.get();
      getContext().pipeToSelf(payments.attempt(payment.orderId(), order.lastAnswered(), ASK_TIMEOUT),
          (outcome, failure) -> new AttemptEnded(lane, payment, outcome));
    }
    return this;
  }

  private Behavior<Message> attemptEnded(AttemptEnded attempt) {
    PaymentLane lane = attempt.lane();
    QueuedPayment payment = attempt.payment();
    lane.ended();
    if (attempt.outcome() == null) {
      LOG.debug("order {}: the payment did not answer the attempt in time", payment.orderId());
      lane.stop();
      return attemptNext(lane);
    }
    switch (attempt.outcome()) {
      case SETTLED -> {
        order.succeeded(clock.instant());
        inOrder.setMaxInFlight(maxInFlight);
        leaves(payment);
      }
      case OVER -> leaves(payment);
      case GIVEN_UP -> onRefundGivenUp.accept(payment.orderId());
      case POSTPONED -> failed.add(payment);
      case FAILED -> failed(lane, payment);
      case NOT_CALLED -> {
        // Only the breaker of the payment's node may be open: other nodes can still make the other calls.
        if (!provider.permitsCalls()) {
          lane.stop();
        }
      }
    }
    return attemptNext(lane);
  }

  private void leaves(QueuedPayment payment) {
    settled.add(payment);
    onSettled.accept(payment.orderId());
  }

  private void failed(PaymentLane lane, QueuedPayment payment) {
    failed.add(payment);
    if (order.failed()) {
      lane.stop();
    } else {
      Instant now = clock.instant();
      lane.moveToFront(other -> order.isDue(other, now), order.afterFailure());
    }
  }
}
