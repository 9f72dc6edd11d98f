package io.orderflow.kernel;

import java.util.concurrent.ForkJoinPool;

/** The JVM's pool for asynchronous stages of futures that name no executor. */
public final class CommonPool {

  private static final String PARALLELISM = "java.util.concurrent.ForkJoinPool.common.parallelism";

  private CommonPool() {}

  /**
   * Gives the pool ({@link ForkJoinPool#commonPool}) a parallelism of 2 on machines with one or two processors. Java would set it to 1, and every
   * asynchronous stage of a future would start its own thread: the journal ran six times slower. Must be called before the first use of futures, and
   * logging uses them when it starts: a main class calls it before it makes its logger.
   */
  public static void widen() {
    if (System.getProperty(PARALLELISM) == null && Runtime.getRuntime().availableProcessors() <= 2) {
      System.setProperty(PARALLELISM, "2");
    }
  }
}
