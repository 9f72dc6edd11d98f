package io.orderflow.kernel;

/**
 * Makes text of others fit to be shown, in a problem or a line of a log: control characters could begin a line that nobody wrote or command the
 * terminal on which it is read, and some characters can't be written or have others shown in another order than they stand in.
 */
public final class SafeText {

  private static final char CUT = '\u2026';

  private SafeText() {}

  /** The text with {@code ?} in the place of each harmful character; null stays null. */
  public static String masked(String text) {
    if (text == null) {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      if (isHarmful(text, i)) {
        return replaced(text);
      }
    }
    return text;
  }

  /** The same, cut to that many characters; a text that was cut ends in an ellipsis. */
  public static String masked(String text, int maxLength) {
    if (text == null || text.length() <= maxLength) {
      return masked(text);
    }
    boolean amidPair = Character.isHighSurrogate(text.charAt(maxLength - 2));
    return masked(text.substring(0, amidPair ? maxLength - 2 : maxLength - 1)) + CUT;
  }

  private static String replaced(String text) {
    StringBuilder masked = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      masked.append(isHarmful(text, i) ? '?' : text.charAt(i));
    }
    return masked.toString();
  }

  private static boolean isHarmful(String text, int at) {
    char c = text.charAt(at);
    if (c < 0x7f) {
      return c < ' ';
    }
    return Character.isISOControl(c) || changesOrder(c) || c == '\u2028' || c == '\u2029' || c >= '\ufff9' && c <= '\ufffb' || c >= '\ufffe'
        || c == '\ufeff' || Character.isSurrogate(c) && !isPaired(text, at);
  }

  /** Marks of direction (Unicode's bidirectional algorithm). */
  private static boolean changesOrder(char c) {
    return c == '\u061c' || c == '\u200e' || c == '\u200f' || c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
  }

  private static boolean isPaired(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at)) ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }
}
