package io.orderflow.kernel;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A secret setting, such as a password: a value of the configuration, or the line in a file, which a secret store can exchange while the program
 * runs.
 */
public final class Secret implements Supplier<String> {

  private final String fixed;
  private final WatchedFiles<String> file;

  private Secret(String fixed, WatchedFiles<String> file) {
    this.fixed = fixed;
    this.file = file;
  }

  /**
   * Reads the secret.
   *
   * @param variable the environment variable of the value; with {@code _FILE} that of the file
   * @param value the configured value; empty for none
   * @param path the path of the file; empty for none
   * @throws StartRefused if both are set, or the file can't be read or has no line or several
   */
  public static Secret of(String variable, String value, String path) {
    if (path.isEmpty()) {
      return new Secret(value, null);
    }
    if (!value.isEmpty()) {
      throw new StartRefused("Only one of " + variable + " and " + variable + "_FILE can be set.");
    }
    return new Secret(null, new WatchedFiles<>(variable + "_FILE", List.of(Path.of(path)), contents -> line(contents.get(0))));
  }

  private static String line(String content) {
    String line = content.replaceFirst("\\R\\z", "");
    if (line.isEmpty() || line.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("the file must have exactly one line");
    }
    return line;
  }

  /** The present value; empty if none is set. */
  @Override
  public String get() {
    return file == null ? fixed : file.get();
  }

  /** Whether the value can change. */
  public boolean isInFile() {
    return file != null;
  }

  /** As {@link WatchedFiles#onChange}. */
  public void onChange(Consumer<String> changed) {
    if (file != null) {
      file.onChange(changed);
    }
  }

  /** As {@link WatchedFiles#refresh}. */
  public void refresh() {
    if (file != null) {
      file.refresh();
    }
  }
}
