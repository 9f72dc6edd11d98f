package io.orderflow.cart;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.orderflow.journal.Database;
import io.orderflow.journal.JournalIndex;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Places the orders of carts whose checkout was cut off between recording the order and starting its saga, so that none waits for a
 * client that never asks again. One in the cluster; a cart that is being placed at that moment takes no harm.
 *
 * <p>A checkout was cut off when it is seen in two passes in a row. The time in the table is that of another machine and says nothing.
 */
public final class CheckoutRecovery extends AbstractBehavior<CheckoutRecovery.Tick> {

  enum Tick { INSTANCE }

  /**
   * Longer than a checkout takes that nothing has cut off, and seldom enough that a cart that is taken up is usually done with before the
   * next tick, as a saga of a cold node takes seconds.
   */
  private static final Duration TICK = Duration.ofSeconds(5);
  /** Carts that are looked at in one tick; the next one goes on behind them. */
  private static final int BATCH = 50;
  /** Carts that are remembered from one pass to the next; one beyond them is taken up at first sight. */
  private static final int MAX_SEEN = 100_000;

  private final Database database;
  private final CartService carts;
  private Set<String> lastPass = new HashSet<>();
  private Set<String> thisPass = new HashSet<>();
  private String doneUpTo = "";

  /** What the journal index keeps for it. */
  public static JournalIndex.Table table() {
    return CheckoutTable::record;
  }

  /** Starts it somewhere among the nodes that carry services. */
  public static void start(ActorSystem<?> system, Database database, CartService carts) {
    Behavior<Tick> recovery = Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK);
      return new CheckoutRecovery(context, database, carts);
    }));
    JournalIndex.singleton(system, "checkout-recovery", recovery);
  }

  private CheckoutRecovery(ActorContext<Tick> context, Database database, CartService carts) {
    super(context);
    this.database = database;
    this.carts = carts;
  }

  @Override
  public Receive<Tick> createReceive() {
    return newReceiveBuilder().onMessage(Tick.class, tick -> {
      placeWhatWasCutOff();
      return this;
    }).build();
  }

  private void placeWhatWasCutOff() throws SQLException {
    List<String> waiting = database.transaction(connection -> CheckoutTable.waiting(connection, doneUpTo, BATCH));
    for (String cart : waiting) {
      if (thisPass.size() >= MAX_SEEN || lastPass.contains(cart)) {
        carts.placeRecorded(cart);
      }
      thisPass.add(cart);
    }
    if (waiting.size() == BATCH) {
      doneUpTo = waiting.get(BATCH - 1);
    } else {
      doneUpTo = "";
      lastPass = thisPass;
      thisPass = new HashSet<>();
    }
  }
}
