package io.orderflow.fault;

import io.orderflow.simulator.RunningSimulator;
import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.ShopBooks;
import io.orderflow.testkit.Shoppers;
import io.orderflow.testkit.Shoppers.Habits;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real program under load before a provider whose faults change at random, and killed now and then; the provider lives on, so late
 * charges can arrive. Afterwards its ledger is compared with the orders: charged once and kept for each that is confirmed, nothing kept
 * of any other. {@code -Dpayments.seed} repeats a run's dice, {@code -Dpayments.orders} makes it longer.
 */
class PaymentFaultsProcessSpec {

  /** All of them come by in an order that the dice decide, then again in another. The latency is about the time limit of a call. */
  private static final List<String> FAULTS = List.of("{}", "{}", "{'failureRate':0.3}", "{'failureRate':0.8}", "{'latencyMs':270}",
      "{'latencyMs':310}", "{'latencyMs':280,'failureRate':0.3}", "{'outage':true}", "{'loseAnswers':true}", "kill");

  /** Kept when the spec fails: the journal, the ledger and the log of the node. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;
  private final long seed = Long.getLong("payments.seed", System.nanoTime());
  private final int orders = Integer.getInteger("payments.orders", 400);

  @Test
  void whatever_the_provider_does_each_confirmed_order_is_charged_once_and_no_other_keeps_a_charge() throws Exception {
    SplittableRandom dice = new SplittableRandom(seed);
    Map<String, Integer> met = new TreeMap<>();
    try (RunningSimulator provider = RunningSimulator.in(folder.resolve("provider"));
        NodeProcess node = new NodeProcess(folder, Map.of(
            "ORDERFLOW_ROLES", "services", "ORDERFLOW_PAYMENT_URL", provider.url(), "ORDERFLOW_PAYMENT_TIMEOUT", "300ms",
            "ORDERFLOW_PAYMENT_DEADLINE", "15s", "ORDERFLOW_BREAKER_OPEN", "200ms"))) {
      node.start();
      try (Shoppers shoppers = new Shoppers(List.of(node), dice.split(), new Habits(4, 0, 20, 10))) {
        Deque<String> next = new ArrayDeque<>();
        while (shoppers.answered() < orders) {
          if (next.isEmpty()) {
            next.addAll(shuffled(dice));
          }
          String fault = next.poll();
          met.merge(fault, 1, Integer::sum);
          if (fault.equals("kill")) {
            node.kill();
            node.start();
          } else {
            provider.faults(fault.replace('\'', '"'));
          }
          shoppers.awaitMore(20 + dice.nextInt(100));
        }
        provider.faults("{}");
        ShopBooks books = shoppers.awaitEnds();
        System.out.printf("seed %d: %s, faults %s, %d calls for charges, %s%n", seed, shoppers.summary(), met, provider.charges(), books.ends());
        books.assertBalance(provider.ledger());
      }
    }
  }

  private static List<String> shuffled(SplittableRandom dice) {
    List<String> order = new ArrayList<>(FAULTS);
    Collections.shuffle(order, new Random(dice.nextLong()));
    return order;
  }
}
