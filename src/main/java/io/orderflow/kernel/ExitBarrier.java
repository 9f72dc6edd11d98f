package io.orderflow.kernel;

import java.util.concurrent.CountDownLatch;

/** Work that the end of the program must not cut off. */
public final class ExitBarrier {

  private ExitBarrier() {}

  /**
   * Does the work. Meanwhile the JVM, when it is told to exit or receives a signal to stop, waits for the end of the work. The work must be short, and must
   * not exit itself. A kill (SIGKILL) can't be held up.
   */
  public static void during(Runnable work) {
    CountDownLatch ended = new CountDownLatch(1);
    Thread barrier = new Thread(() -> await(ended), "exit-barrier");
    Runtime.getRuntime().addShutdownHook(barrier);
    try {
      work.run();
    } finally {
      ended.countDown();
      remove(barrier);
    }
  }

  private static void await(CountDownLatch ended) {
    try {
      ended.await();
    } catch (InterruptedException exitAnyway) {
      Thread.currentThread().interrupt();
    }
  }

  private static void remove(Thread barrier) {
    try {
      Runtime.getRuntime().removeShutdownHook(barrier);
    } catch (IllegalStateException exiting) {
      // The JVM is exiting, and has waited.
    }
  }
}
