package io.orderflow.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A disk under the journal's table that can be full: a file system in memory, which needs root. */
public final class SmallDisk implements AutoCloseable {

  private static final String SIZE = "size=1g";
  /** Bytes for the pages that are written between the look at the size and its change. Some seconds of orders fill them. */
  private static final int ROOM = 256 * 1024;

  private final Path folder;
  private boolean mounted;

  /** @param folder where it is mounted */
  public SmallDisk(Path folder) {
    this.folder = folder;
  }

  /** Whether this machine lets us. The folder is left as it was. */
  public static boolean possible(Path folder) {
    try (SmallDisk probe = new SmallDisk(folder)) {
      probe.mount();
      return true;
    } catch (IllegalStateException refused) {
      return false;
    }
  }

  private void mount() {
    try {
      Files.createDirectories(folder);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    run("mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", folder.toString());
    mounted = true;
  }

  /** Leaves room for few more pages of the journal. The table moves to the disk the first time. */
  public void fill(Connection database) throws SQLException {
    if (!mounted) {
      mount();
      try (Statement move = database.createStatement()) {
        move.execute("CREATE TABLESPACE small LOCATION '" + folder + "'");
        move.execute("ALTER TABLE event_journal SET TABLESPACE small");
      }
    }
    // The table grows meanwhile, and a size below its own is refused.
    Awaitility.await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).ignoreExceptions().until(() -> {
      resize("size=" + (used() + ROOM));
      return true;
    });
  }

  /** Makes room again. */
  public void free() {
    resize(SIZE);
  }

  private long used() {
    return Long.parseLong(run("df", "--output=used", "-B1", folder.toString()).lines().skip(1).findFirst().orElseThrow().strip());
  }

  private void resize(String size) {
    run("mount", "-o", "remount," + size, folder.toString());
  }

  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + said);
      }
      return said;
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Takes it away when its users have ended. */
  @Override
  public void close() {
    if (mounted) {
      run("umount", "-l", folder.toString());
      mounted = false;
    }
  }
}
