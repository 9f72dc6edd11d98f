package io.orderflow.privacy;

import com.typesafe.config.Config;
import io.orderflow.kernel.StartRefused;
import io.orderflow.security.SecuritySettings;
import java.io.IOException;
import java.nio.file.Files;
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
 * decrypt what was encrypted before they were replaced.
 */
public final class EncryptionKeys {

  /** Encrypts and decrypts nothing. */
  public static final EncryptionKeys NONE = new EncryptionKeys(Map.of());
  private static final Pattern LINE = Pattern.compile("([A-Za-z0-9._-]{1,64})\\s+([A-Za-z0-9+/]{43}=)");

  private final Map<String, SecretKey> keys;
  private final String first;

  private EncryptionKeys(Map<String, SecretKey> keys) {
    this.keys = keys;
    this.first = keys.isEmpty() ? null : keys.keySet().iterator().next();
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
      return read(Path.of(file));
    }
    if (!SecuritySettings.isLoopback(config.getString("orderflow.bind")) && !config.getString("orderflow.security.mode").equals("off")) {
      throw new StartRefused("Orderflow does not store card tokens in clear on an address that other machines reach: set"
          + " ORDERFLOW_ENCRYPTION_KEYS_FILE to a file with a line made by: echo \"first $(openssl rand -base64 32)\".");
    }
    return NONE;
  }

  private static EncryptionKeys read(Path file) {
    try {
      return parse(Files.readAllLines(file));
    } catch (IOException unreadable) {
      throw unusable(file + " can't be read");
    } catch (IllegalArgumentException malformed) {
      throw unusable(malformed.getMessage());
    }
  }

  private static StartRefused unusable(String reason) {
    return new StartRefused("ORDERFLOW_ENCRYPTION_KEYS_FILE can't be used: " + reason + ".");
  }

  /** @throws IllegalArgumentException with a message that tells why, and quotes no key */
  static EncryptionKeys parse(List<String> lines) {
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
      throw new IllegalArgumentException("it has no key");
    }
    return new EncryptionKeys(keys);
  }

  /** The id of the key that encrypts; empty if there is none. */
  Optional<String> current() {
    return Optional.ofNullable(first);
  }

  /** @throws IllegalStateException if the file has no key of that id */
  SecretKey get(String id) {
    SecretKey key = keys.get(id);
    if (key == null) {
      throw new IllegalStateException("ORDERFLOW_ENCRYPTION_KEYS_FILE has no key " + id + ", with which stored data is encrypted");
    }
    return key;
  }
}
