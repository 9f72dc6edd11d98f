package io.orderflow;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one node until it is stopped. */
public final class Main {

  /** The process exits when its node leaves the cluster or is downed, so that its supervisor can restart it. */
  private static final Config ENDS_WITH_THE_SYSTEM = ConfigFactory.parseString("""
      akka.coordinated-shutdown.exit-jvm = on
      akka.coordinated-shutdown.reason-overrides."io.orderflow.Stranded$Reason".exit-jvm = off
      """);

  // Before the logger: logging uses futures when it starts, and they read this once.
  static {
    widenCommonPool();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private Main() {}

  /** Takes no arguments. {@code application.conf} and environment variables configure the node. */
  public static void main(String[] args) {
    try {
      Config config = ENDS_WITH_THE_SYSTEM.withFallback(Configuration.load());
      Node.check(config);
      Rehearsal.run(config);
      run(config);
    } catch (StartRefused refused) {
      LOG.error(refused.getMessage());
      System.exit(1);
    } catch (RuntimeException failure) {
      LOG.error("Orderflow can't start", failure);
      System.exit(1);
    }
  }

  /** Runs a node until it terminates. A stranded gateway is started again. */
  public static void run(Config config) {
    ActorSystem<Void> node;
    do {
      long began = System.nanoTime();
      node = Node.start(config).toCompletableFuture().join();
      LOG.info("Orderflow started in {} ms", (System.nanoTime() - began) / 1_000_000);
      node.getWhenTerminated().toCompletableFuture().join();
    } while (Stranded.mustRestart(node));
  }

  /**
   * Gives the common pool a parallelism of 2 on machines with one or two processors. Java would set it to 1, and every asynchronous stage
   * of a future would start its own thread: the journal ran six times slower. Must be called before the pool's first use.
   */
  static void widenCommonPool() {
    String parallelism = "java.util.concurrent.ForkJoinPool.common.parallelism";
    if (System.getProperty(parallelism) == null && Runtime.getRuntime().availableProcessors() <= 2) {
      System.setProperty(parallelism, "2");
    }
  }
}
