package io.orderflow.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The cluster of {@code docker/compose.yaml} as it is shipped, but for the limit of requests to a client: all of a spec's come from one. */
final class ComposeCluster implements AutoCloseable {

  private static final String PROJECT = "orderflow-faults";
  private static final String UNLIMITED = """
      services:
        gateway:
          environment: {ORDERFLOW_RATE_LIMIT_REQUESTS: "0"}
      """;

  private final List<String> compose;

  private ComposeCluster(List<String> compose) {
    this.compose = compose;
  }

  /** Whether there is a Docker engine, and Compose in one of its shapes. */
  static boolean possible() {
    return succeeds("docker", "info") && (succeeds("docker", "compose", "version") || succeeds("docker-compose", "version"));
  }

  /**
   * Builds the image from what Maven has packaged and starts all of it.
   *
   * @param further files of {@code docker} that change {@code compose.yaml}
   */
  static ComposeCluster up(Path folder, String... further) throws IOException {
    Path unlimited = Files.writeString(folder.resolve("unlimited.yaml"), UNLIMITED);
    List<String> compose = new ArrayList<>(succeeds("docker", "compose", "version") ? List.of("docker", "compose") : List.of("docker-compose"));
    compose.addAll(List.of("-p", PROJECT, "-f", "docker/compose.yaml", "-f", unlimited.toString()));
    for (String file : further) {
      compose.addAll(List.of("-f", "docker/" + file));
    }
    ComposeCluster cluster = new ComposeCluster(compose);
    cluster.compose("down", "-v");
    cluster.compose("build");
    try {
      cluster.compose("up", "-d");
    } catch (RuntimeException partly) {
      cluster.close();
      throw partly;
    }
    return cluster;
  }

  /** The containers of a service of the file. */
  List<Container> containers(String service) {
    return compose("ps", "-q", service).lines().map(id -> new Container(id, PROJECT + "_default")).toList();
  }

  private String compose(String... what) {
    List<String> command = new ArrayList<>(compose);
    command.addAll(List.of(what));
    return run(command.toArray(String[]::new));
  }

  /** What a command said; it must succeed. */
  static String run(String... command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putIfAbsent("ORDERFLOW_DB_PASSWORD", "a-password-of-the-spec");
      Process process = builder.redirectErrorStream(false).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed: " + said);
      }
      return said;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Whether the command is there and ends with 0. */
  static boolean succeeds(String... command) {
    try {
      return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD)
          .start().waitFor() == 0;
    } catch (IOException notThere) {
      return false;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Ends it, and removes what it has stored. */
  @Override
  public void close() {
    compose("down", "-v");
  }
}
