package io.orderflow;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program: one node, until it is told to stop. */
public final class Main {

  /** A node that leaves the cluster, told or downed, ends its process, so that whatever runs it can start it again. */
  private static final Config ENDS_WITH_THE_SYSTEM = ConfigFactory.parseString("""
      akka.coordinated-shutdown.exit-jvm = on
      akka.coordinated-shutdown.reason-overrides."io.orderflow.Stranded$Reason".exit-jvm = off
      """);

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  /** Takes no arguments: a node is configured by {@code application.conf} and environment variables. */
  public static void main(String[] args) {
    widenCommonPool();
    try {
      Config config = ENDS_WITH_THE_SYSTEM.withFallback(Configuration.load());
      Rehearsal.run(config);
      run(config);
    } catch (RuntimeException failure) {
      LOG.error("Orderflow can't start", failure);
      System.exit(1);
    }
  }

  /** Runs a node until it has ended for good; a gateway that was left alone is started anew. */
  public static void run(Config config) {
    ActorSystem<Void> node;
    do {
      long began = System.nanoTime();
      node = Node.start(config).toCompletableFuture().join();
      LOG.info("Orderflow serves after {} ms", (System.nanoTime() - began) / 1_000_000);
      node.getWhenTerminated().toCompletableFuture().join();
    } while (Stranded.startsAnew(node));
  }

  /**
   * With one or two processors the common pool has a parallelism of 1, and every asynchronous stage of a future then starts a thread of
   * its own: the journal ran six times slower. Must come before the pool's first use.
   */
  private static void widenCommonPool() {
    String parallelism = "java.util.concurrent.ForkJoinPool.common.parallelism";
    if (System.getProperty(parallelism) == null && Runtime.getRuntime().availableProcessors() <= 2) {
      System.setProperty(parallelism, "2");
    }
  }
}
