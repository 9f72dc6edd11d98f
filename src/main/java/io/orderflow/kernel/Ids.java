package io.orderflow.kernel;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;

/** Defines the form of ids that clients may choose: safe in paths, log lines and persistence ids. */
public final class Ids {

  /** 1 to 64 letters, digits and {@code . _ ~ : @ + -}, the first a letter or digit. */
  public static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~:@+-]{0,63}");

  private Ids() {}

  /**
   * The id of something that a client knows by a key of its own: the same for the same key, and for no key of another namespace (a UUID of version 3,
   * RFC 9562).
   *
   * @param parts of the key; no part but the last may contain {@code |}
   */
  public static String named(String namespace, String... parts) {
    return UUID.nameUUIDFromBytes((namespace + ":" + String.join("|", parts)).getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** Whether the text can be an id. */
  public static boolean valid(String text) {
    return FORM.matcher(text).matches();
  }
}
