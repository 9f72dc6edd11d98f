package io.orderflow;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The real program as a process, on free ports and in a folder of its own, to be killed and started again. */
public final class NodeProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path folder;
  private final Map<String, String> environment;
  private final Map<String, Integer> ports = TestNode.freePorts();
  private Process process;

  /** @param environment the operator's variables beside the ports */
  public NodeProcess(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
  }

  /** Starts it, for the first time or again, and waits until it serves. */
  public void start() {
    try {
      ProcessBuilder command = new ProcessBuilder(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-jar",
          new File("target/orderflow.jar").getAbsolutePath()).directory(folder.toFile()).redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("node.log").toFile()));
      command.environment().putAll(environment);
      ports.forEach((setting, port) ->
          command.environment().put("ORDERFLOW_" + setting.split("\\.")[1].toUpperCase(Locale.ROOT) + "_PORT", port.toString()));
      process = command.start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    awaitServing();
  }

  /** Kills it as {@code kill -9} does. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Waits until it can serve, as its management port says. */
  public void awaitServing() {
    Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(this::serves);
  }

  private boolean serves() {
    try {
      return client("management").send("GET", "/ready", null).status() == 200;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  /** The process. */
  public long pid() {
    return process.pid();
  }

  /** A client of the services, past the gateway and its limits. */
  public ShopClient shop() {
    return client("services");
  }

  /** A client of the payment provider's simulator in it. */
  public ShopClient provider() {
    return client("provider");
  }

  private ShopClient client(String part) {
    return new ShopClient("http://127.0.0.1:" + ports.get("orderflow." + part + ".port"));
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(10, TimeUnit.SECONDS);
  }
}
