package io.orderflow.kernel;

import java.util.regex.Pattern;

/** The form of every id that a client may choose: safe in a path, in a log line and in a persistence id. */
public final class Ids {

  /** 1 to 64 letters, digits and {@code . _ ~ : @ + -}, the first a letter or digit. */
  public static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~:@+-]{0,63}");

  private Ids() {}

  /** Whether the text can be an id. */
  public static boolean valid(String text) {
    return FORM.matcher(text).matches();
  }
}
