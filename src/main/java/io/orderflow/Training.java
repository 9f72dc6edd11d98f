package io.orderflow;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.CommonPool;
import io.orderflow.kernel.Configuration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run under load for the JVM to record. {@code bin/orderflow train} makes a cache of it: the loaded classes and, since JDK 25, the
 * profiles of hot methods. A node with every role takes orders through its gateway, on a database in a temporary folder.
 */
public final class Training {

  // Before the logger.
  static {
    CommonPool.widen();
  }

  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  private Training() {}

  /**
   * Exits with 1 if the node did not start or answered no request.
   *
   * @param args the number of orders; 1,000 are enough to profile the hot methods
   */
  public static void main(String[] args) {
    int succeeded = 0;
    try {
      // The limit is for machines that are busy.
      Config load = ConfigFactory.parseMap(Map.of("orderflow.roles", "services,gateway,simulator",
          "orderflow.rehearsal.requests", Integer.parseInt(args[0]), "orderflow.rehearsal.limit", "180s"));
      succeeded = Rehearsal.now(load.withFallback(Configuration.load()));
      LOG.info("Trained with {} requests", succeeded);
    } catch (Exception failure) {
      LOG.error("The training failed", failure);
    }
    System.exit(succeeded > 0 ? 0 : 1);
  }
}
