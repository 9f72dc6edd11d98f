package io.orderflow.bench.orders;

import io.orderflow.bench.ContenderJvm;
import io.orderflow.bench.Usage;
import io.orderflow.bench.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.SocketFactory;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** One of the programs that are compared: a process of its own, or several that form a cluster, with a database of its own, all on this machine. */
abstract class Contender implements AutoCloseable {

  /** The products that orders spread over, and the one of the hot load; the price of each is 3.50 EUR. */
  static final int PRODUCTS = 1_000;
  static final String PRODUCT = "product-";
  static final String HOT = "hot";
  /** More than is ever sold. */
  static final int STOCK = 1_000_000_000;
  /** Whether flight recordings are made; they slow the programs down a little. */
  static final boolean PROFILE = Boolean.parseBoolean(Variables.get("PROFILE", "false"));

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /**
   * A process.
   *
   * @param port where clients find it
   * @param folder where it runs and leaves its log
   * @param command what follows java's own options
   */
  record Node(int port, Path folder, List<String> command, Map<String, String> environment) {

    Path recording() {
      return folder.resolve("recording.jfr").toAbsolutePath();
    }

    private Process start(Map<String, String> settings) throws IOException {
      Files.createDirectories(folder);
      List<String> program = new ArrayList<>(command);
      if (PROFILE) {
        program.add(0, "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + recording());
      }
      ProcessBuilder builder = ContenderJvm.process(program).directory(folder.toFile()).redirectErrorStream(true)
          .redirectOutput(folder.resolve("log").toFile());
      builder.environment().putAll(environment);
      builder.environment().putAll(settings);
      Process process = builder.start();
      // A benchmark that is interrupted must not leave its programs behind.
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
      return process;
    }
  }

  private final String name;
  private final String database;
  private final List<Node> nodes;
  private List<Process> processes = List.of();
  private long placed;

  Contender(String name, String database, List<Node> nodes) {
    this.name = name;
    this.database = database;
    this.nodes = nodes;
  }

  /** Starts it, for the first time or again on what its database holds, and waits until it serves; answers how many seconds that took. */
  final double start() throws IOException {
    return start(Map.of());
  }

  /** The same with these environment variables for this time. */
  final double start(Map<String, String> settings) throws IOException {
    long began = System.nanoTime();
    List<Process> started = new ArrayList<>();
    processes = started;
    for (Node node : nodes) {
      started.add(node.start(settings));
    }
    awaiting("serves").pollInterval(Duration.ofMillis(50)).ignoreExceptions().until(this::serves);
    return (System.nanoTime() - began) / 1e9;
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

  /** The ports that clients use, evenly distributed. */
  List<Integer> ports() {
    return nodes.stream().map(Node::port).toList();
  }

  /** Make the connections of its clients. */
  SocketFactory sockets() {
    return SocketFactory.getDefault();
  }

  /** Further headers of its clients' requests, each with its line's end. */
  String headers() {
    return "";
  }

  /** The flight recordings that it leaves when it ends. */
  List<Path> recordings() {
    return nodes.stream().map(Node::recording).toList();
  }

  double cpuSeconds() {
    return processes.stream().mapToDouble(process -> Usage.cpuSeconds(process.pid())).sum();
  }

  double residentMegabytes() {
    return processes.stream().mapToDouble(process -> Usage.residentMegabytes(process.pid())).sum();
  }

  /** The live heap after a full collection. */
  double liveHeapMegabytes() throws IOException {
    double sum = 0;
    for (Process process : processes) {
      sum += Usage.liveHeapMegabytes(process.pid());
    }
    return sum;
  }

  /** How many orders it has confirmed. */
  long placed() {
    return placed;
  }

  /** Counts orders that were answered with 201, and waits until they and all before them are CONFIRMED. */
  void settle(long orders) {
    settle(orders, 0);
  }

  /** The same where so many others got another answer, which doesn't say whether they were placed. */
  void settle(long orders, long uncertain) {
    placed += orders;
    awaiting("confirms " + placed + " orders").pollInterval(Duration.ofMillis(100)).until(this::confirmed, confirmed -> confirmed >= placed);
    try {
      long confirmed = confirmed();
      if (confirmed > placed + uncertain) {
        throw new IllegalStateException(name + " has confirmed " + confirmed + " orders, and " + placed + " were placed");
      }
      placed = Math.max(placed, confirmed);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private ConditionFactory awaiting(String what) {
    return Awaitility.await(name + " " + what).atMost(PATIENCE).pollDelay(Duration.ZERO).failFast(name + " has ended, see its log",
        () -> !processes.stream().allMatch(Process::isAlive));
  }

  /** Ends it in good order. */
  @Override
  public void close() {
    processes.forEach(Process::destroy);
    processes.forEach(process -> process.onExit().join());
  }
}
