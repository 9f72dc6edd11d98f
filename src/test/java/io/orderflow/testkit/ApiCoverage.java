package io.orderflow.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/**
 * The answers of the API that the specs have seen: operation, status and code. Specs run in several processes, so each leaves its own in a file of
 * {@code target/api-coverage} when it ends.
 */
public final class ApiCoverage {

  private static final Path FOLDER = Path.of("target", "api-coverage");
  private static final Set<String> SEEN = new ConcurrentSkipListSet<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ApiCoverage::write));
  }

  private ApiCoverage() {}

  static void note(String operation, int status, String code) {
    SEEN.add((operation + " " + status + " " + code).strip());
  }

  private static void write() {
    try {
      Files.createDirectories(FOLDER);
      Files.write(FOLDER.resolve(ProcessHandle.current().pid() + "-" + System.nanoTime()), SEEN);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** All answers that the specs of this build have seen, such as {@code getOrder 404 ORDER_NOT_FOUND}. */
  public static Set<String> read() throws IOException {
    Set<String> all = new TreeSet<>();
    if (Files.isDirectory(FOLDER)) {
      try (Stream<Path> files = Files.list(FOLDER)) {
        for (Path file : files.toList()) {
          all.addAll(Files.readAllLines(file));
        }
      }
    }
    return all;
  }
}
