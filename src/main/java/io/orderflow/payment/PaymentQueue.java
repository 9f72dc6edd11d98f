package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import com.typesafe.config.Config;
import io.orderflow.payment.Payment.Turn;
import io.orderflow.payment.PaymentQueueTable.Waiting;
import io.orderflow.store.Database;
import io.orderflow.store.JournalIndex;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the payments that wait for the provider their turn, in the order in which they were queued. One in the cluster.
 *
 * <p>Each payment keeps itself in the journal that it waits, so nothing is lost with this actor or its node, and none is charged twice:
 * whose turn comes twice is settled already. A round takes the first ones of the queue, and ends at the first that shows that the
 * provider still fails; so the order is kept and an outage costs one call per round, which the breaker then holds back. While few
 * wait, each is called when the one before it has been answered; the more wait, the more calls are under way at once (a tenth of their
 * number, at most {@code parallel}): the order is kept to within that number then.
 */
public final class PaymentQueue extends AbstractBehavior<PaymentQueue.Message> {

  interface Message {}

  private enum NextRound implements Message { INSTANCE }

  private record Taken(Waiting payment, Turn turn) implements Message {}

  /** Longer than a call of the provider and the write of its outcome take. */
  private static final Duration ASK = Duration.ofSeconds(10);
  /** Between two rounds. */
  private static final Duration INTERVAL = Duration.ofMillis(200);
  private static final Logger LOG = LoggerFactory.getLogger(PaymentQueue.class);

  private final Database database;
  private final PaymentProvider provider;
  private final Consumer<String> onSettled;
  private final ClusterSharding sharding;
  private final int perRound;
  private final int parallel;

  private final Deque<Waiting> next = new ArrayDeque<>();
  private final List<Waiting> settled = new ArrayList<>();
  private int underWay;
  private int atOnce;

  /** What the journal index keeps for it. */
  public static JournalIndex.Table table() {
    return PaymentQueueTable::record;
  }

  /** The orders among these whose payment still waits: for its charge, or after the order's end for its refund. */
  public static Set<String> waiting(Connection connection, List<String> orderIds) throws SQLException {
    return PaymentQueueTable.waiting(connection, orderIds);
  }

  /**
   * Starts it somewhere among the nodes that carry services.
   *
   * @param onSettled is told the order whose payment waits no longer; may be told twice, and not at all when a node dies
   */
  public static void start(ActorSystem<?> system, Database database, PaymentProvider provider, Consumer<String> onSettled) {
    Config settings = system.settings().config().getConfig("orderflow.payment.queue");
    JournalIndex.singleton(system, "payment-queue", Behaviors.setup((ActorContext<Message> context) -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(NextRound.INSTANCE, INTERVAL);
      return new PaymentQueue(context, database, provider, onSettled, settings);
    })));
  }

  private PaymentQueue(ActorContext<Message> context, Database database, PaymentProvider provider, Consumer<String> onSettled,
      Config settings) {
    super(context);
    this.database = database;
    this.provider = provider;
    this.onSettled = onSettled;
    this.sharding = ClusterSharding.get(context.getSystem());
    this.perRound = Math.max(1, (int) (settings.getInt("rate") * INTERVAL.toMillis() / 1000));
    this.parallel = settings.getInt("parallel");
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(NextRound.class, tick -> round())
        .onMessage(Taken.class, this::taken)
        .build();
  }

  private Behavior<Message> round() throws SQLException {
    if (underWay > 0 || !next.isEmpty()) {
      return this;
    }
    database.transaction(connection -> {
      PaymentQueueTable.remove(connection, settled);
      settled.clear();
      next.addAll(PaymentQueueTable.first(connection, perRound));
      atOnce = next.size() < 2 ? 1
          : Math.max(1, Math.min(parallel, PaymentQueueTable.backlog(connection, 10 * parallel).waiting() / 10));
      return next.size();
    });
    return callNext();
  }

  private Behavior<Message> callNext() {
    while (underWay < atOnce && !next.isEmpty()) {
      Waiting payment = next.poll();
      underWay++;
      getContext().pipeToSelf(sharding.entityRefFor(Payment.KEY, payment.orderId()).ask(Payment.TakeTurn::new, ASK),
          (turn, failure) -> new Taken(payment, turn));
    }
    return this;
  }

  private Behavior<Message> taken(Taken taken) {
    underWay--;
    if (taken.turn() == Turn.SETTLED) {
      settled.add(taken.payment());
      onSettled.accept(taken.payment().orderId());
    } else if (taken.turn() == null) {
      LOG.debug("the payment of order {} did not say how its turn went", taken.payment().orderId());
      next.clear();
    } else if (taken.turn() == Turn.FAILED || taken.turn() == Turn.NOT_CALLED && !provider.permitsCalls()) {
      // Another node's breaker, when that is what held the call back, may let the others through.
      next.clear();
    }
    return callNext();
  }
}
