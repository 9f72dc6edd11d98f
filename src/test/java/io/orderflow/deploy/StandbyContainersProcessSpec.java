package io.orderflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.testkit.JournalNumbers;
import io.orderflow.testkit.ShopBooks;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.Shoppers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cluster of {@code docker/compose.yaml} with the standby of {@code docker/compose.ha.yaml}, under load: PostgreSQL is killed and the
 * standby promoted. For machines with Docker; part of {@code mvn -Pfaults verify}.
 */
class StandbyContainersProcessSpec {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir
  private Path folder;

  @BeforeAll
  static void docker() {
    Assumptions.assumeTrue(ComposeCluster.possible(), "there is no Docker here, or no Compose");
  }

  @Test
  void the_promoted_standby_has_every_answered_order_and_the_old_primary_does_not_come_back_as_one() throws Exception {
    long seed = Long.getLong("cluster.seed", System.nanoTime());
    System.out.printf("standby in a container, seed %d%n", seed);
    try (ComposeCluster cluster = ComposeCluster.up(folder, "compose.ha.yaml")) {
      List<Container> gateways = cluster.containers("gateway");
      Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> gateways.stream().allMatch(Container::serves));
      Container primary = cluster.containers("postgres").get(0);
      Container standby = cluster.containers("standby").get(0);
      assertThat(sql(primary, "SELECT sync_state FROM pg_stat_replication")).isEqualTo("sync");
      ShopClient provider = cluster.containers("simulator").get(0).client(9090);
      try (Shoppers shoppers = new Shoppers(gateways, new SplittableRandom(seed), Shoppers.MANY)) {
        shoppers.awaitMore(200);
        primary.kill();
        assertThat(sql(standby, "SELECT pg_promote()")).isEqualTo("t");
        long promoted = System.nanoTime();
        shoppers.awaitMore(1);
        System.out.printf("an order was answered %d ms after the promotion%n", Duration.ofNanos(System.nanoTime() - promoted).toMillis());
        primary.start();
        Awaitility.await().atMost(PATIENCE).until(() -> !primary.isRunning());
        shoppers.awaitMore(200);
        ShopBooks books = shoppers.awaitEnds();
        System.out.printf("%s, %s%n", shoppers.summary(), books.ends());
        books.assertBalance(provider.get("/ledger").expect(200).body().get("charges"));
        assertThat(sql(standby, JournalNumbers.BROKEN)).isEqualTo("0");
      }
    }
  }

  private static String sql(Container server, String sql) {
    return server.exec("psql", "-U", "orderflow", "-tAc", sql);
  }
}
