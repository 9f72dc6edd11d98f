package io.orderflow.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that stands in small files, such as a password or a certificate, and follows them. While the files can't be read, or are half-written, the
 * value before stays.
 */
public final class WatchedFiles<T> implements Supplier<T> {

  /** How often {@link #refresh} is to be called. */
  public static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final long MAX_BYTES = 1024 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(WatchedFiles.class);

  /** Makes the value of the files' contents, in their order. */
  @FunctionalInterface
  public interface Reader<T> {

    /** @throws Exception with a message that tells the operator why the contents are unusable, and never quotes them */
    T read(List<String> contents) throws Exception;
  }

  private final String name;
  private final List<Path> files;
  private final Reader<T> reader;
  private List<String> contents;
  private boolean failing;
  private Consumer<T> listener = value -> {};
  private volatile T value;

  /**
   * Reads the value for the first time.
   *
   * @param name the name in messages, such as {@code ORDERFLOW_DB_PASSWORD_FILE}
   * @throws StartRefused if it can't be read
   */
  public WatchedFiles(String name, List<Path> files, Reader<T> reader) {
    this.name = name;
    this.files = List.copyOf(files);
    this.reader = reader;
    try {
      contents = contents();
      value = reader.read(contents);
    } catch (Exception failure) {
      throw new StartRefused(name + " can't be used: " + reason(failure) + ".");
    }
  }

  @Override
  public T get() {
    return value;
  }

  /** Has the listener called with each later value, on the thread that refreshes. */
  public synchronized void onChange(Consumer<T> changed) {
    listener = changed;
  }

  /** Reads the files again and, if their contents are new, the value. Blocks. Never throws. */
  public synchronized void refresh() {
    try {
      List<String> now = contents();
      if (now.equals(contents) && !failing) {
        return;
      }
      if (!now.equals(contents)) {
        value = reader.read(now);
        contents = now;
        listener.accept(value);
      }
      failing = false;
      LOG.info("{} has been read again", name);
    } catch (Exception failure) {
      if (!failing) {
        LOG.warn("{} has changed and can't be used ({}); the value before stays in use", name, reason(failure));
      }
      failing = true;
    }
  }

  private List<String> contents() throws IOException {
    List<String> read = new ArrayList<>();
    for (Path file : files) {
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
      }
      read.add(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    }
    return read;
  }

  private static String reason(Exception failure) {
    return failure instanceof java.nio.file.NoSuchFileException missing ? missing.getFile() + " does not exist"
        : failure instanceof java.nio.file.AccessDeniedException denied ? denied.getFile() + " is not readable"
        : SafeText.masked(String.valueOf(failure.getMessage()), 200);
  }
}
