package io.orderflow.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.ShopBooks;
import io.orderflow.testkit.Shoppers;
import io.orderflow.testkit.Shoppers.Habits;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real program, killed again and again at random moments while clients order, each time started by the same command. Afterwards the
 * books must balance. {@code -Dcrash.seed} repeats a run's dice, {@code -Dcrash.kills} makes it longer.
 */
class CrashProcessSpec {

  /** More than all pools of a node have together. */
  private static final int MANY_THREADS = 500;

  /** Kept when the spec fails: the journal and the log of the node. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;
  private final long seed = Long.getLong("crash.seed", System.nanoTime());
  private final int kills = Integer.getInteger("crash.kills", 3);

  @Test
  void whatever_moment_it_is_killed_at_every_order_ends_and_the_books_balance() throws Exception {
    SplittableRandom dice = new SplittableRandom(seed);
    try (NodeProcess node = new NodeProcess(folder, Map.of())) {
      node.start();
      try (Shoppers shoppers = new Shoppers(List.of(node), dice.split(), new Habits(4, 0, 20, 0))) {
        for (int kill = 0; kill < kills; kill++) {
          shoppers.awaitMore(1 + dice.nextInt(200));
          node.kill();
          node.start();
        }
        ShopBooks books = shoppers.awaitEnds();
        System.out.printf("seed %d: %d kills, %s, %s%n", seed, kills, shoppers.summary(), books.ends());
        assertThat(shoppers.unanswered()).as("requests that a kill cut off: otherwise nothing was tested").isPositive();
        books.assertBalance(node.provider().get("/ledger").expect(200).body().path("charges"));
        assertThat(threadsStarted(node)).as("threads that the node has started: stages of futures must not start one each").isLessThan(MANY_THREADS);
      }
    }
  }

  private static double threadsStarted(NodeProcess node) {
    return node.metrics().lines().filter(line -> line.startsWith("jvm_threads_started_threads_total")).findFirst()
        .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))).orElseThrow();
  }
}
