package io.orderflow.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The clock that a process believes, which can jump while it runs: libfaketime (Debian's package of that name), loaded before the C library,
 * adds what a file says. What only measures how much time has passed goes on as it was, as it does when a machine's clock is set.
 */
public final class NodeClock {

  private static final List<Path> LIBRARIES = List.of(
      Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
      Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"),
      Path.of("/usr/lib64/faketime/libfaketime.so.1"));

  private final Path file;

  /** A clock that is right until it jumps. */
  public NodeClock(Path folder) {
    this.file = folder.resolve("clock");
    jump(Duration.ZERO);
  }

  /** Whether this machine has what it takes. */
  public static boolean possible() {
    return library().isPresent();
  }

  private static Optional<Path> library() {
    return LIBRARIES.stream().filter(Files::exists).findFirst();
  }

  /** From now on, within a second, the process believes that it is so much later than it is, or earlier. */
  public void jump(Duration ahead) {
    try {
      Files.createDirectories(file.getParent());
      Path next = Files.writeString(file.resolveSibling("clock.next"), String.format("%+d%n", ahead.toSeconds()));
      // The process never reads half of it.
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The command, run by that clock. */
  List<String> with(List<String> command) {
    List<String> all = new ArrayList<>(List.of("env", "LD_PRELOAD=" + library().orElseThrow(),
        "FAKETIME_TIMESTAMP_FILE=" + file.toAbsolutePath(), "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
        // Without these a wait for some time ends at once, and all that waits goes round and round.
        "FAKETIME_FORCE_MONOTONIC_FIX=0", "FAKETIME_DISABLE_SHM=1"));
    all.addAll(command);
    return all;
  }
}
