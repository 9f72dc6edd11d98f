package io.orderflow.cart;

import akka.actor.typed.ActorSystem;
import io.orderflow.journal.ClusterTask;
import io.orderflow.journal.Database;
import io.orderflow.journal.JournalIndex;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Places the orders of carts whose checkout was interrupted between the record of the order and the start of its saga. Otherwise such an
 * order would wait for a client that may never ask again. A cluster singleton. An order that is just being placed is not harmed.
 *
 * <p>A checkout counts as interrupted if two passes in a row see it. The time in the table comes from another machine's clock and can't be
 * compared.
 */
public final class CheckoutRecovery implements ClusterTask.Round {

  /**
   * Longer than an uninterrupted checkout takes. Also long enough that a recovered cart is usually done before the next round: a saga on a
   * cold node takes seconds.
   */
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  /** Carts examined in one round. The next round continues after them. */
  private static final int BATCH = 50;
  /** Carts remembered from one pass to the next. Further carts are recovered when they are first seen. */
  private static final int MAX_SEEN = 100_000;

  private final Database database;
  private final CartService carts;
  private Set<String> lastPass = new HashSet<>();
  private Set<String> thisPass = new HashSet<>();
  private String doneUpTo = "";

  /** The table that the journal index maintains for the recovery. */
  public static JournalIndex.Table table() {
    return CheckoutTable::record;
  }

  /** Starts the singleton on a node with services. */
  public static void start(ActorSystem<?> system, Database database, CartService carts) {
    ClusterTask.start(system, "checkout-recovery", INTERVAL, () -> new CheckoutRecovery(database, carts));
  }

  private CheckoutRecovery(Database database, CartService carts) {
    this.database = database;
    this.carts = carts;
  }

  @Override
  public Duration run() throws Exception {
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
    return INTERVAL;
  }
}
