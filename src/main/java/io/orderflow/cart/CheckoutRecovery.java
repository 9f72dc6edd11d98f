package io.orderflow.cart;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.orderflow.store.Database;
import io.orderflow.store.JournalIndex;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * Places the orders of carts whose checkout was cut off between recording the order and starting its saga, so that none waits for a
 * client that never asks again. One in the cluster; a cart that is being placed at that moment takes no harm.
 */
public final class CheckoutRecovery extends AbstractBehavior<CheckoutRecovery.Tick> {

  enum Tick { INSTANCE }

  /** Seldom enough that a cart that is taken up is usually done with before the next tick, as a saga of a cold node takes seconds. */
  private static final Duration TICK = Duration.ofSeconds(5);
  /** Longer than a checkout takes that nothing has cut off. */
  private static final Duration CUT_OFF_AFTER = Duration.ofSeconds(5);
  /** Carts taken up at a time; the next tick goes on behind them. */
  private static final int BATCH = 50;

  private final Database database;
  private final Carts carts;
  private final Clock clock;
  private String doneUpTo = "";

  /** What the journal index keeps for it. */
  public static JournalIndex.Table table() {
    return CheckoutTable::record;
  }

  /** Starts it somewhere among the nodes that carry services. */
  public static void start(ActorSystem<?> system, Database database, Carts carts, Clock clock) {
    Behavior<Tick> recovery = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK);
      return new CheckoutRecovery(context, database, carts, clock);
    }));
    JournalIndex.singleton(system, "checkout-recovery", recovery);
  }

  private CheckoutRecovery(ActorContext<Tick> context, Database database, Carts carts, Clock clock) {
    super(context);
    this.database = database;
    this.carts = carts;
    this.clock = clock;
  }

  @Override
  public Receive<Tick> createReceive() {
    return newReceiveBuilder().onMessage(Tick.class, tick -> {
      placeWhatWasCutOff();
      return this;
    }).build();
  }

  private void placeWhatWasCutOff() throws SQLException {
    List<String> cutOff = database.transaction(connection ->
        CheckoutTable.waiting(connection, clock.instant().minus(CUT_OFF_AFTER), doneUpTo, BATCH));
    cutOff.forEach(carts::placeRecorded);
    doneUpTo = cutOff.size() == BATCH ? cutOff.get(BATCH - 1) : "";
  }
}
