package io.orderflow.kernel;

/**
 * Makes untrusted text safe to show in a problem or a log line. Control characters could forge a log line or send commands to a terminal.
 * Some characters can't be encoded, and some change the displayed order of others.
 */
public final class SafeText {

  private static final char CUT = '\u2026';

  private SafeText() {}

  /** Replaces each harmful character with {@code ?}. Null stays null. */
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

  /** Masks the text and cuts it to that many characters. A text that was cut ends in an ellipsis. */
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

  /** Whether the character is a direction mark of Unicode's bidirectional algorithm. */
  private static boolean changesOrder(char c) {
    return c == '\u061c' || c == '\u200e' || c == '\u200f' || c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
  }

  private static boolean isPaired(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at)) ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }
}
