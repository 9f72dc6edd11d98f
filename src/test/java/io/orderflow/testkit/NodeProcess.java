package io.orderflow.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** The real program as a process, on free ports and in a folder of its own, to be killed and started again. */
public final class NodeProcess implements Serving, AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path folder;
  private final String host;
  private final Map<String, String> environment;
  private final Map<String, Integer> ports = TestNode.freePorts();
  private final Map<String, ShopClient> clients = new ConcurrentHashMap<>();
  private List<String> program = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-jar",
      new File("target/orderflow.jar").getAbsolutePath());
  private Process process;
  private Optional<Integer> user = Optional.empty();
  private Optional<NodeClock> clock = Optional.empty();

  /** @param environment the operator's variables beside the ports */
  public NodeProcess(Path folder, Map<String, String> environment) {
    this(folder, "127.0.0.1", environment);
  }

  /** The same at a loopback address of its own. */
  public NodeProcess(Path folder, String host, Map<String, String> environment) {
    this.folder = folder;
    this.host = host;
    this.environment = new HashMap<>(environment);
    this.environment.put("ORDERFLOW_BIND", host);
    // What most specs want to know does not depend on it, and it takes seconds.
    this.environment.putIfAbsent("ORDERFLOW_REHEARSAL_REQUESTS", "0");
  }

  /** Has this command start it instead of {@code java -jar}. */
  public void startsBy(String... command) {
    program = List.of(command);
  }

  /** Has it join these. */
  public void joins(List<NodeProcess> seeds) {
    environment.put("ORDERFLOW_SEED_NODES", seeds.stream().map(seed -> seed.host + ":" + seed.ports.get("orderflow.remoting.port"))
        .collect(Collectors.joining(",")));
  }

  /** Has it go on after it stood still for long, as on a machine whose own clocks stood still too. */
  public void doesNotNoticeStandstill() {
    environment.put("ORDERFLOW_END_AFTER_STANDSTILL", "0s");
  }

  /** Has it run as a user of its own, so that the network can be cut between it and others. */
  public void runsAs(int ownUser) {
    user = Optional.of(ownUser);
  }

  /** Gives it a clock of its own, which can jump. */
  public void hasClock(NodeClock ownClock) {
    clock = Optional.of(ownClock);
  }

  /** From now on it reaches the other one no more. */
  public void cutOffFrom(NodeProcess other, NetworkCut cut) {
    cut.cut(user.orElseThrow(), other.host, other.ports.get("orderflow.remoting.port"));
  }

  /** Starts it, for the first time or again, and waits until it serves. */
  public void start() {
    launch();
    awaitServing();
  }

  /** Starts it without waiting. */
  public void launch() {
    try {
      Files.createDirectories(folder);
      // The user comes first: what makes the clock belongs to it.
      List<String> timed = clock.map(own -> own.with(program)).orElse(program);
      ProcessBuilder command = new ProcessBuilder(user.map(own -> NetworkCut.asUser(own, timed)).orElse(timed))
          .directory(folder.toFile()).redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("node.log").toFile()));
      command.environment().putAll(environment);
      ports.forEach((setting, port) ->
          command.environment().put("ORDERFLOW_" + setting.split("\\.")[1].toUpperCase(Locale.ROOT) + "_PORT", port.toString()));
      process = command.start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Kills it as {@code kill -9} does. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks it to end in good order, and waits until it has. */
  public void stop() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }

  /** Stops its threads as a machine does that sleeps or swaps. */
  public void freeze() {
    Signals.send("STOP", process.toHandle());
  }

  /** Lets them run again. */
  public void thaw() {
    Signals.send("CONT", process.toHandle());
  }

  /** Whether the process runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it can serve, as its management port says. */
  public void awaitServing() {
    awaitServing(PATIENCE);
  }

  /** The same for so long at most. */
  public void awaitServing(Duration patience) {
    Awaitility.await().atMost(patience).pollInterval(Duration.ofMillis(50)).until(this::serves);
  }

  @Override
  public boolean serves() {
    try {
      return client("management").send("GET", "/ready", null).status() == 200;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  /** Whether the other one is a member of the cluster, as this one knows it. */
  public boolean hasMember(NodeProcess other) {
    String address = "@" + other.host + ":" + other.ports.get("orderflow.remoting.port");
    return client("management").get("/cluster/members").expect(200).body().path("members").findValuesAsText("node").stream()
        .anyMatch(node -> node.endsWith(address));
  }

  /** The process. */
  public long pid() {
    return process.pid();
  }

  /** A client of the services, past the gateway and its limits. */
  @Override
  public ShopClient shop() {
    return client("services");
  }

  /** A client of its gateway. */
  public ShopClient gateway() {
    return client("gateway");
  }

  /** Its metrics, as Prometheus reads them. */
  public String metrics() {
    return client("management").text("/metrics");
  }

  /** A client of the payment provider's simulator in it. */
  public ShopClient provider() {
    return client("provider");
  }

  private ShopClient client(String part) {
    return clients.computeIfAbsent(part, one -> new ShopClient(address(one)));
  }

  /** The URL of a part: gateway, ops, services, management or provider. */
  public String address(String part) {
    return "http://" + host + ":" + ports.get("orderflow." + part + ".port");
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(10, TimeUnit.SECONDS);
  }
}
