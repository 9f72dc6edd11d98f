package io.orderflow.kernel;

import java.util.regex.Pattern;

/** Defines the form of ids that clients may choose: safe in paths, log lines and persistence ids. */
public final class Ids {

  /** 1 to 64 letters, digits and {@code . _ ~ : @ + -}, the first a letter or digit. */
  public static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~:@+-]{0,63}");

  private Ids() {}

  /** Whether the text can be an id. */
  public static boolean valid(String text) {
    return FORM.matcher(text).matches();
  }
}
