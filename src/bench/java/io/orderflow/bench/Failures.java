package io.orderflow.bench;

/** Failures of benchmarks, whose servers and clients have threads that would keep the program alive. */
public final class Failures {

  private Failures() {}

  /** Ends the program with 1 when its main method fails. */
  public static void endTheProgram() {
    Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {
      failure.printStackTrace();
      System.exit(1);
    });
  }
}
