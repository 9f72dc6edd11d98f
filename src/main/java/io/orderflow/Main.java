package io.orderflow;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.CommonPool;
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

  // Before the logger.
  static {
    CommonPool.widen();
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
}
