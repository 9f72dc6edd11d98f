package io.orderflow.logging;

/** Text in a log: control characters could begin a line that nobody wrote, or command the terminal on which the log is read. */
final class Masked {

  private Masked() {}

  /** The text with {@code ?} in the place of each control character and each separator of lines. */
  static String text(String text) {
    if (text == null) {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      if (isHarmful(text.charAt(i))) {
        return masked(text);
      }
    }
    return text;
  }

  private static String masked(String text) {
    StringBuilder masked = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      masked.append(isHarmful(text.charAt(i)) ? '?' : text.charAt(i));
    }
    return masked.toString();
  }

  /** Also the marks that have a terminal show text in another order than it stands in. */
  private static boolean isHarmful(char c) {
    return Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
  }
}
