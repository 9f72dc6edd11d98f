package io.orderflow.payment;

/**
 * Sanitises text from the payment provider before it is stored, logged or shown. PostgreSQL can't store NUL, line breaks and escape codes
 * would forge log lines, and half a surrogate pair is no character.
 */
final class ProviderText {

  /** The most characters that are kept. The texts of the contract have about ten. */
  static final int MAX_LENGTH = 255;
  private static final int REPLACEMENT = 0xFFFD;

  private ProviderText() {}

  /** The text on one line, at most {@link #MAX_LENGTH} characters long, with U+FFFD in place of each character that is not allowed. */
  static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().limit(MAX_LENGTH).map(character -> allowed(character) ? character : REPLACEMENT)
        .takeWhile(character -> clean.length() + Character.charCount(character) <= MAX_LENGTH).forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private static boolean allowed(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED -> false;
      // Marks that reorder the text around them are not allowed.
      case Character.FORMAT -> !(character >= 0x202A && character <= 0x202E || character >= 0x2066 && character <= 0x2069);
      default -> true;
    };
  }
}
