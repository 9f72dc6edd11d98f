package io.orderflow.privacy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import com.typesafe.config.Config;
import io.orderflow.kernel.StartRefused;
import io.orderflow.kernel.WatchedFiles;
import io.orderflow.security.SecuritySettings;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;

/**
 * The node's keys for data that it stores, from a file with a key a line: its id, a space and 32 bytes in Base64. The first encrypts; the others
 * decrypt what was encrypted before they were replaced. The keys follow the file while the node runs.
 */
public final class EncryptionKeys {

  /** Encrypts and decrypts nothing. */
  public static final EncryptionKeys NONE = new EncryptionKeys(new Keys(Map.of()));
  private static final Pattern LINE = Pattern.compile("([A-Za-z0-9._-]{1,64})\\s+([A-Za-z0-9+/]{43}=)");

  /** The keys of one version of the file, by id and in its order. */
  private record Keys(Map<String, SecretKey> byId) {

    /** Null if there is none. */
    String first() {
      return byId.isEmpty() ? null : byId.keySet().iterator().next();
    }

    /** @throws IllegalArgumentException if what is encrypted with the present key would be unreadable after the exchange */
    void requireSuccessor(Keys next) {
      if (!next.byId.containsKey(first())) {
        throw new IllegalArgumentException("the key " + first() + ", which encrypts now, is missing; move it behind another first");
      }
      byId.forEach((id, key) -> {
        if (next.byId.containsKey(id) && !next.byId.get(id).equals(key)) {
          throw new IllegalArgumentException("the key " + id + " is another than before");
        }
      });
    }
  }

  private volatile Keys keys;
  /** Null without a file. */
  private final WatchedFiles<Keys> file;

  private EncryptionKeys(Keys fixed) {
    this.keys = fixed;
    this.file = null;
  }

  private EncryptionKeys(Path path) {
    this.file = new WatchedFiles<>("ORDERFLOW_ENCRYPTION_KEYS_FILE", List.of(path), contents -> {
      Keys read = read(contents.get(0).lines().toList());
      if (keys != null) {
        keys.requireSuccessor(read);
      }
      keys = read;
      return read;
    });
  }

  /**
   * Reads the keys of a node that stores data.
   *
   * @param config the whole configuration
   * @throws StartRefused if there is no file, or an unusable one, and the node must not do without
   */
  public static EncryptionKeys of(Config config) {
    String file = config.getString("orderflow.encryption.keys-file");
    if (!file.isEmpty()) {
      return new EncryptionKeys(Path.of(file));
    }
    if (!SecuritySettings.isLoopback(config.getString("orderflow.bind")) && !config.getString("orderflow.security.mode").equals("off")) {
      throw new StartRefused("Orderflow does not store card tokens in clear on an address that other machines reach: set"
          + " ORDERFLOW_ENCRYPTION_KEYS_FILE to a file with a line made by: echo \"first $(openssl rand -base64 32)\".");
    }
    return NONE;
  }

  /** @throws IllegalArgumentException with a message that tells why, and quotes no key */
  static EncryptionKeys parse(List<String> lines) {
    return new EncryptionKeys(read(lines));
  }

  private static Keys read(List<String> lines) {
    Map<String, SecretKey> keys = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      Matcher line = LINE.matcher(lines.get(i).strip());
      if (!line.matches()) {
        throw new IllegalArgumentException("line " + (i + 1) + " is not an id, a space and 32 bytes in Base64");
      }
      if (keys.put(line.group(1), Aead.key(Base64.getDecoder().decode(line.group(2)))) != null) {
        throw new IllegalArgumentException("line " + (i + 1) + " has the id of another line");
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("the file has no key");
    }
    return new Keys(keys);
  }

  /** Has the file read again each second while the system runs. A changed file that can't be used is logged once, and the keys before stay. */
  public void follow(ActorSystem<?> system) {
    if (file != null) {
      system.scheduler().scheduleWithFixedDelay(WatchedFiles.INTERVAL, WatchedFiles.INTERVAL, this::refresh,
          system.dispatchers().lookup(DispatcherSelector.blocking()));
    }
  }

  /** Reads the file again. Blocks. */
  void refresh() {
    file.refresh();
  }

  /** The id of the key that encrypts; empty if there is none. */
  Optional<String> current() {
    return Optional.ofNullable(keys.first());
  }

  /** Whether there is a key of that id. */
  boolean has(String id) {
    return keys.byId().containsKey(id);
  }

  /** @throws IllegalStateException if the file has no key of that id */
  SecretKey get(String id) {
    SecretKey key = keys.byId().get(id);
    if (key == null) {
      throw new IllegalStateException("ORDERFLOW_ENCRYPTION_KEYS_FILE has no key " + id + ", with which stored data is encrypted");
    }
    return key;
  }
}
