package io.orderflow.projection;

/** Errors as they are stored and shown: of bounded length, and without the characters that a database or a terminal may stumble over. */
final class ErrorText {

  /** As long as the columns of the tables. */
  private static final int MAX = 2_000;

  private ErrorText() {}

  static String of(Throwable failure) {
    return of(String.valueOf(failure));
  }

  /** The beginning of the text, with a space for each control character, line break and half of a surrogate pair. */
  static String of(String text) {
    StringBuilder clean = new StringBuilder(Math.min(text.length(), MAX));
    text.codePoints().takeWhile(c -> clean.length() + Character.charCount(c) <= MAX)
        .forEach(c -> clean.appendCodePoint(isHarmful(c) ? ' ' : c));
    return clean.toString();
  }

  private static boolean isHarmful(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }
}
