package io.orderflow.fault;

import io.orderflow.simulator.RunningSimulator;
import io.orderflow.testkit.JournalNumbers;
import io.orderflow.testkit.ReplicatedPostgresql;
import io.orderflow.testkit.ShopBooks;
import io.orderflow.testkit.Shoppers;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three nodes under load on a PostgreSQL with a synchronous standby. The primary is killed, or goes silent, and the standby is promoted.
 * Afterwards no answered order may be missing or there twice, and the books must balance.
 */
class DatabaseFailoverProcessSpec {

  /** Kept when the spec fails: the logs of the nodes. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"killed", "silent"})
  void after_the_standby_was_promoted_every_answered_order_ends_and_the_books_balance(String primary) throws Exception {
    long seed = Long.getLong("cluster.seed", System.nanoTime());
    System.out.printf("primary %s, seed %d%n", primary, seed);
    try (ReplicatedPostgresql postgresql = ReplicatedPostgresql.start(folder);
        RunningSimulator provider = RunningSimulator.in(folder.resolve("provider"));
        ProcessCluster cluster = new ProcessCluster(folder, postgresql.settings().getConfig("orderflow.db"), provider.url())) {
      cluster.start();
      try (Shoppers shoppers = new Shoppers(cluster.nodes(), new SplittableRandom(seed), Shoppers.MANY)) {
        shoppers.awaitMore(200);
        List<String> underWay = shoppers.latest(20);
        if (primary.equals("killed")) {
          postgresql.killPrimary();
        } else {
          postgresql.freezePrimary();
        }
        postgresql.promote();
        long promoted = System.nanoTime();
        shoppers.awaitMore(1);
        Duration answered = Duration.ofNanos(System.nanoTime() - promoted);
        ProcessCluster.awaitEnds(underWay, cluster.nodes());
        System.out.printf("an order was answered %d ms after the promotion; what was under way had ended after %d ms%n", answered.toMillis(),
            Duration.ofNanos(System.nanoTime() - promoted).toMillis());
        shoppers.awaitMore(200);
        cluster.awaitAllServe();
        cluster.awaitViews();
        ShopBooks books = shoppers.awaitEnds();
        System.out.printf("%s, %s%n", shoppers.summary(), books.ends());
        books.assertBalance(provider.ledger());
        try (Connection journal = postgresql.connect()) {
          JournalNumbers.assertUnbroken(journal);
        }
      }
    }
  }
}
