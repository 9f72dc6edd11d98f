package io.orderflow.bench.orders;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** One of the two programs that are compared: a process of its own with a database of its own, both on this machine. */
abstract class Contender implements AutoCloseable {

  /** The products that orders spread over, and the one of the hot load; the price of each is 3.50 EUR. */
  static final int PRODUCTS = 1_000;
  static final String PRODUCT = "product-";
  static final String HOT = "hot";
  /** More than is ever sold. */
  static final int STOCK = 1_000_000_000;

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final String name;
  private final String database;
  private final int port;
  private final Process process;
  private long placed;

  /**
   * Starts it.
   *
   * @param port where clients find it
   * @param command what follows java's own options
   */
  Contender(String name, String database, int port, Path folder, List<String> command, Map<String, String> environment) throws IOException {
    this.name = name;
    this.database = database;
    this.port = port;
    Files.createDirectories(folder);
    // As in the image and in the README; the baseline is no slower with it.
    List<String> java = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseParallelGC"));
    if (System.getProperty("bench.heap") != null) {
      java.add("-Xmx" + System.getProperty("bench.heap"));
    }
    if (Boolean.getBoolean("bench.profile")) {
      java.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + folder.resolve("recording.jfr").toAbsolutePath());
    }
    java.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(java).directory(folder.toFile()).redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile());
    builder.environment().putAll(environment);
    this.process = builder.start();
  }

  /** Whether it can serve now; may throw while it can't. */
  abstract boolean serves() throws Exception;

  /** How many orders are CONFIRMED for everyone to see; fewer while there is anything left to do for them. */
  abstract long confirmed() throws Exception;

  /** How many events are in its journal. */
  abstract long events() throws Exception;

  String name() {
    return name;
  }

  String database() {
    return database;
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** How many orders it has confirmed. */
  long placed() {
    return placed;
  }

  /** Counts orders that were answered with 201, and waits until they and all before them are CONFIRMED. */
  void settle(long orders) {
    placed += orders;
    awaiting("confirms " + placed + " orders").pollInterval(Duration.ofMillis(100)).until(this::confirmed, confirmed -> confirmed >= placed);
    try {
      if (confirmed() > placed) {
        throw new IllegalStateException(name + " has confirmed more orders than the " + placed + " that were placed");
      }
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  final void awaitServing() {
    awaiting("serves").pollInterval(Duration.ofMillis(50)).ignoreExceptions().until(this::serves);
  }

  private ConditionFactory awaiting(String what) {
    return Awaitility.await(name + " " + what).atMost(PATIENCE).pollDelay(Duration.ZERO).failFast(name + " has ended, see its log",
        () -> !process.isAlive());
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
