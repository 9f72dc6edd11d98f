package io.orderflow;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.CommonPool;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Failures;
import io.orderflow.kernel.StartRefused;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one node until it is stopped. */
public final class Main {

  /** The process exits when its node leaves the cluster or is downed, so that its supervisor can restart it. */
  private static final Config ENDS_WITH_THE_SYSTEM = ConfigFactory.parseString("""
      akka.coordinated-shutdown.exit-jvm = on
      akka.coordinated-shutdown.reason-overrides."io.orderflow.Stranded$Reason".exit-jvm = off
      """);

  // Before the first future, and before logging.
  static {
    CommonPool.widen();
  }

  private Main() {}

  /** Takes no arguments. {@code application.conf} and environment variables configure the node. */
  public static void main(String[] args) {
    // Each takes a seventh of the start.
    CompletableFuture<Logger> logging = CompletableFuture.supplyAsync(Main::log);
    try {
      Config config = ENDS_WITH_THE_SYSTEM.withFallback(Configuration.load());
      // A logger that is made while logging starts would be a substitute.
      logging.join();
      Node.check(config);
      Rehearsal.run(config);
      run(config);
    } catch (StartRefused refused) {
      logging.join().error(refused.getMessage());
      System.exit(1);
    } catch (RuntimeException failure) {
      logging.join().error("Orderflow can't start", Failures.cause(failure));
      System.exit(1);
    }
  }

  /** Runs a node until it terminates. A stranded gateway is started again. */
  public static void run(Config config) {
    ActorSystem<Void> node;
    do {
      long began = System.nanoTime();
      node = Node.start(config).toCompletableFuture().join();
      log().info("Orderflow started in {} ms", (System.nanoTime() - began) / 1_000_000);
      node.getWhenTerminated().toCompletableFuture().join();
    } while (Stranded.mustRestart(node));
  }

  private static Logger log() {
    return LoggerFactory.getLogger(Main.class);
  }
}
