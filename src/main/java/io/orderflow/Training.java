package io.orderflow;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run under load for the JVM to record: {@code bin/orderflow train} makes a cache from it, with the loaded classes and, since JDK 25,
 * the profiles of methods. A node with every role takes orders through its own gateway, on HTTP and on a database in a temporary folder.
 */
public final class Training {

  /** The profiles of 1,000 orders name the hot methods. The limit is for machines that are busy. */
  private static final Config LOAD = ConfigFactory.parseString("""
      orderflow { roles = "services,gateway,simulator", rehearsal { requests = 1000, limit = 120s } }
      """);

  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  private Training() {}

  /** Takes no arguments. Exits with 1 if the node did not start or answered no request. */
  public static void main(String[] args) {
    Main.widenCommonPool();
    int succeeded = 0;
    try {
      succeeded = Rehearsal.inTemporaryFolder(LOAD.withFallback(Configuration.load()));
      LOG.info("Trained with {} requests", succeeded);
    } catch (Exception failure) {
      LOG.error("The training failed", failure);
    }
    System.exit(succeeded > 0 ? 0 : 1);
  }
}
