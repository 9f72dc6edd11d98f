package io.orderflow.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.simulator.RunningSimulator;
import io.orderflow.testkit.FrozenReads;
import io.orderflow.testkit.JournalNumbers;
import io.orderflow.testkit.NetworkCut;
import io.orderflow.testkit.NodeClock;
import io.orderflow.testkit.NodeProcess;
import io.orderflow.testkit.Postgresql;
import io.orderflow.testkit.ShopBooks;
import io.orderflow.testkit.Shoppers;
import io.orderflow.testkit.SmallDisk;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes on PostgreSQL, each a process at a loopback address of its own, under load while at random nodes are killed, frozen for
 * longer than the others wait for them, cut off from the others in both directions or one, or restarted in turn, PostgreSQL crashes, hangs,
 * is slow, locks everyone out or has no disk left, and the payment provider fails or the clock of one node jumps. A node that is thawed early
 * goes on when the others have just taken its sagas over and recorded nothing else. It is told not to notice that it stood still, so that
 * only the journal holds it back. Afterwards the books must balance, as clients see them over HTTP. {@code -Dcluster.seed} repeats a run's
 * dice, {@code -Dcluster.faults} and {@code -Dcluster.minutes} make it longer, {@code -Dcluster.only} names the faults, comma-separated.
 */
class ClusterProcessSpec {

  private static final int NODES = ProcessCluster.NODES;
  /** Faults of the short form, which the dice choose: each takes a minute on a busy machine. Those of the database take longer: they are not among them. */
  private static final int FEW = 1;
  private static final List<String> FAULTS = List.of("kill", "freeze", "thaw early", "database", "provider", "restart all");
  /** The node that does not notice that it stood still. */
  private static final int UNAWARE = 0;
  private static final List<String> CUTS = List.of("cut off", "cut one way");

  /** Kept when the spec fails: the logs of the nodes. */
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;
  private final long seed = Long.getLong("cluster.seed", System.nanoTime());
  private final SplittableRandom dice = new SplittableRandom(seed);
  private final boolean cutsPossible = NetworkCut.possible();
  private final boolean jumpsPossible = NodeClock.possible();
  private final NetworkCut cut = new NetworkCut();
  private final List<NodeProcess> nodes = new ArrayList<>();
  /** Of the last node. */
  private Optional<NodeClock> clock = Optional.empty();

  @Test
  void whatever_dies_every_order_ends_and_the_books_balance() throws Exception {
    List<String> all = new ArrayList<>(FAULTS);
    boolean disksPossible = SmallDisk.possible(folder.resolve("disk"));
    if (Integer.getInteger("cluster.faults", FEW) > FEW || System.getProperty("cluster.only") != null) {
      all.addAll(DatabaseFaults.names(disksPossible));
    }
    all.addAll(cutsPossible ? CUTS : List.of());
    all.addAll(jumpsPossible ? List.of("clock") : List.of());
    Optional.ofNullable(System.getProperty("cluster.only")).ifPresent(only -> all.retainAll(List.of(only.split(","))));
    System.out.printf("seed %d%s%s%s%n", seed, cutsPossible ? "" : "; without cuts of the network, which need root, iptables and setpriv",
        jumpsPossible ? "" : "; without jumps of clocks, which need libfaketime",
        disksPossible ? "" : "; without disks that fill, which need root");
    assertThat(all).as("faults that are possible here").isNotEmpty();
    try (Postgresql postgresql = Postgresql.start(); RunningSimulator provider = RunningSimulator.in(folder.resolve("provider"));
        DatabaseFaults faults = new DatabaseFaults(postgresql, folder.resolve("disk"));
        ProcessCluster cluster = prepare(postgresql, provider)) {
      cluster.start();
      try (Shoppers shoppers = new Shoppers(nodes, dice.split(), Shoppers.MANY)) {
        // All of them come by in an order that the dice decide, then again in another.
        List<String> next = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(Integer.getInteger("cluster.minutes", 0));
        int least = Integer.getInteger("cluster.faults", FEW);
        for (int i = 0; i < least || System.nanoTime() - end < 0; i++) {
          if (next.isEmpty()) {
            next.addAll(all);
            Collections.shuffle(next, new Random(dice.nextLong()));
          }
          shoppers.awaitMore(50 + dice.nextInt(200));
          meet(next.remove(0), shoppers, postgresql, faults, provider);
          cluster.awaitAllServe();
          cluster.awaitViews();
        }
        shoppers.awaitMore(50);
        ShopBooks books = shoppers.awaitEnds();
        System.out.printf("%s, %s%n", shoppers.summary(), books.ends());
        books.assertBalance(provider.ledger());
        try (Connection journal = postgresql.connect()) {
          JournalNumbers.assertUnbroken(journal);
        }
      }
    } finally {
      cut.close();
    }
  }

  private ProcessCluster prepare(Postgresql postgresql, RunningSimulator provider) {
    ProcessCluster cluster = new ProcessCluster(folder, postgresql.settings().getConfig("orderflow.db"), provider.url());
    nodes.addAll(cluster.nodes());
    nodes.get(UNAWARE).doesNotNoticeStandstill();
    if (cutsPossible) {
      IntStream.range(0, NODES).forEach(i -> nodes.get(i).runsAs(NetworkCut.user(i)));
    }
    if (jumpsPossible) {
      // Whoever the node runs as may reach its clock.
      assertThat(folder.toFile().setExecutable(true, false)).isTrue();
      clock = Optional.of(new NodeClock(folder.resolve("clock-" + (NODES - 1))));
      nodes.get(NODES - 1).hasClock(clock.get());
    }
    return cluster;
  }

  private void meet(String fault, Shoppers shoppers, Postgresql postgresql, DatabaseFaults database, RunningSimulator provider)
      throws Exception {
    int number = fault.equals("thaw early") ? UNAWARE : fault.equals("freeze") ? 1 + dice.nextInt(NODES - 1) : dice.nextInt(NODES);
    NodeProcess node = nodes.get(number);
    List<NodeProcess> others = nodes.stream().filter(other -> other != node).toList();
    List<String> underWay = shoppers.latest(20);
    shoppers.longestSilence();
    long began = System.nanoTime();
    switch (fault) {
      case "kill" -> {
        node.kill();
        ProcessCluster.awaitEnds(underWay, others);
      }
      case "freeze" -> freeze(node, others, underWay);
      case "thaw early" -> {
        // So slow that the sagas that others take over are not on with the next step before the node goes on.
        provider.faults("{\"latencyMs\":1500}");
        shoppers.awaitMore(100);
        long takeovers = takeovers(postgresql);
        node.freeze();
        awaitRemoval(node, others);
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
            .until(() -> takeovers(postgresql) > takeovers);
        node.thaw();
        ProcessCluster.awaitEnds(underWay, others);
        provider.faults("{}");
      }
      case "cut off" -> {
        for (NodeProcess other : others) {
          node.cutOffFrom(other, cut);
          other.cutOffFrom(node, cut);
        }
        ProcessCluster.awaitEnds(underWay, others);
      }
      case "cut one way" -> {
        node.cutOffFrom(others.get(0), cut);
        awaitDeath(List.of(node, others.get(0)));
        ProcessCluster.awaitEnds(underWay, nodes);
      }
      case "database" -> {
        postgresql.crash();
        ProcessCluster.awaitEnds(underWay, nodes);
      }
      case "provider" -> {
        provider.faults(dice.nextBoolean() ? "{\"loseAnswers\":true}" : "{\"outage\":true}");
        shoppers.awaitMore(50);
        provider.faults("{}");
      }
      case "clock" -> {
        // There, and back the other way. While a node's clock is far ahead, it refuses the calls of others as too late: what needs its accounts and
        // products ends once the clock is right again, unless it was cancelled before.
        Duration jump = Duration.ofMinutes(dice.nextInt(-180, 180));
        System.out.printf("the clock of node %d jumps by %d minutes%n", NODES - 1, jump.toMinutes());
        clock.orElseThrow().jump(jump);
        shoppers.awaitMore(200);
        clock.orElseThrow().jump(Duration.ZERO);
        ProcessCluster.awaitEnds(underWay, nodes);
      }
      case "restart all" -> {
        for (NodeProcess each : nodes) {
          each.stop();
          each.start();
        }
      }
      default -> {
        database.meet(fault, shoppers);
        ProcessCluster.awaitEnds(underWay, nodes);
      }
    }
    long ended = System.nanoTime() - began;
    System.out.printf("%s, node %d: what was under way had ended after %d ms; no order was answered for %d ms at most%n", fault, number,
        TimeUnit.NANOSECONDS.toMillis(ended), shoppers.longestSilence().toMillis());
    if (Set.of("freeze", "thaw early", "cut off").contains(fault)) {
      // It finds that the others have gone on without it, and ends.
      awaitDeath(List.of(node));
    }
    cut.close();
  }

  /** Until the others have gone on without it; then it goes on, and tells nobody what it knew before. */
  private static void freeze(NodeProcess node, List<NodeProcess> others, List<String> underWay) {
    try (FrozenReads reads = new FrozenReads(node)) {
      node.freeze();
      ProcessCluster.awaitEnds(underWay, others);
      // What was under way may have needed nothing of it.
      awaitRemoval(node, others);
      reads.change(others.get(0));
      node.thaw();
      reads.assertTrue();
    }
  }

  /** The sagas that were taken up by another incarnation so far. */
  private static long takeovers(Postgresql postgresql) throws SQLException {
    try (Connection journal = postgresql.connect(); Statement count = journal.createStatement();
        ResultSet found = count.executeQuery("SELECT COUNT(*) FROM event_journal"
            + " WHERE POSITION(CAST('saga.resumed' AS BYTEA) IN event_payload) > 0")) {
      found.next();
      return found.getLong(1);
    }
  }

  private static void awaitRemoval(NodeProcess node, List<NodeProcess> others) {
    Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> others.stream().noneMatch(other -> other.hasMember(node)));
  }

  private static void awaitDeath(List<NodeProcess> anyOf) {
    Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> !anyOf.stream().allMatch(NodeProcess::isAlive));
  }
}
