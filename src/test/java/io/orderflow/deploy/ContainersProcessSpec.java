package io.orderflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.testkit.JournalNumbers;
import io.orderflow.testkit.ShopBooks;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.Shoppers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cluster of {@code docker/compose.yaml} under load through its gateways, while of three service nodes one is killed, frozen until the others
 * have removed it, unplugged, and cut off in one direction, PostgreSQL is killed and the payment provider fails: each as often as {@code -Dcontainers.rounds} says. For machines with Docker; part of
 * {@code mvn -Pfaults verify}. Containers share the machine's clock, so none of theirs can jump. What must hold afterwards is what {@code ClusterProcessSpec} asks for.
 */
class ContainersProcessSpec {

  private static final List<String> FAULTS = List.of("kill", "freeze", "unplug", "cut one way", "database", "provider");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir
  private Path folder;
  private final long seed = Long.getLong("cluster.seed", System.nanoTime());
  private final SplittableRandom dice = new SplittableRandom(seed);
  private List<Container> nodes;
  private List<Container> gateways;

  @BeforeAll
  static void docker() {
    Assumptions.assumeTrue(ComposeCluster.possible(), "there is no Docker here, or no Compose");
  }

  @Test
  void whatever_dies_every_order_ends_and_the_books_balance() throws Exception {
    System.out.printf("containers, seed %d%n", seed);
    try (ComposeCluster cluster = ComposeCluster.up(folder)) {
      nodes = cluster.containers("services");
      gateways = cluster.containers("gateway");
      Container database = cluster.containers("postgres").get(0);
      awaitAllServe();
      ShopClient provider = cluster.containers("simulator").get(0).client(9090);
      try (Shoppers shoppers = new Shoppers(gateways, dice.split(), Shoppers.MANY)) {
        for (int round = 0; round < Integer.getInteger("containers.rounds", 1); round++) {
          for (String fault : faults()) {
            shoppers.awaitMore(100);
            meet(fault, shoppers, database, provider);
            awaitAllServe();
          }
        }
        shoppers.awaitMore(50);
        ShopBooks books = shoppers.awaitEnds();
        System.out.printf("%s, %s%n", shoppers.summary(), books.ends());
        books.assertBalance(provider.get("/ledger").expect(200).body().get("charges"));
        assertThat(database.exec("psql", "-U", "orderflow", "-tAc", JournalNumbers.BROKEN)).isEqualTo("0");
      }
    }
  }

  private List<String> faults() {
    if (nodes.get(0).mayBeCut()) {
      return FAULTS;
    }
    System.out.println("without cuts in one direction, which need root, nsenter and iptables");
    return FAULTS.stream().filter(fault -> !fault.equals("cut one way")).toList();
  }

  private void meet(String fault, Shoppers shoppers, Container database, ShopClient provider) {
    Container node = nodes.get(dice.nextInt(nodes.size()));
    List<Container> others = nodes.stream().filter(other -> other != node).toList();
    List<String> underWay = shoppers.latest(20);
    shoppers.longestSilence();
    long began = System.nanoTime();
    switch (fault) {
      case "kill" -> node.kill();
      case "freeze" -> {
        node.freeze();
        Awaitility.await().atMost(PATIENCE).until(() -> others.stream().noneMatch(other -> other.hasMember(node)));
      }
      case "unplug" -> node.unplug();
      case "cut one way" -> {
        node.cutOffFrom(others.get(0));
        // One of the two ends, or both, and Docker starts it again.
        Awaitility.await().atMost(PATIENCE).until(() -> others.stream().anyMatch(other -> !other.serves()) || !node.serves());
        node.healCuts();
      }
      case "database" -> {
        database.kill();
        database.start();
      }
      default -> {
        provider.put("/faults", "{'outage':true}").expect(200);
        shoppers.awaitMore(50);
        provider.put("/faults", "{}").expect(200);
      }
    }
    awaitEnds(underWay);
    System.out.printf("%s: what was under way had ended after %d ms; no order was answered for %d ms at most%n", fault,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began), shoppers.longestSilence().toMillis());
    switch (fault) {
      case "kill" -> node.start();
      case "freeze" -> node.thaw();
      case "unplug" -> node.plug("services", "orderflow-nodes");
      default -> { }
    }
  }

  private void awaitEnds(List<String> orders) {
    for (String order : orders) {
      Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).ignoreExceptions()
          .until(() -> gateways.stream().filter(Container::serves).findFirst()
              .map(gateway -> gateway.shop().get("/api/orders/" + order).text("status"))
              .filter(Set.of("CONFIRMED", "CANCELLED")::contains), Optional::isPresent);
    }
  }

  /** Docker starts again what has ended by itself. */
  private void awaitAllServe() {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
      assertThat(nodes).hasSize(3).allMatch(Container::serves);
      assertThat(gateways).hasSize(2).allMatch(Container::serves);
    });
  }
}
