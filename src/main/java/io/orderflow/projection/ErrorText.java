package io.orderflow.projection;

/** Prepares error texts for storage and display: bounded in length, without characters that a database or a terminal can't handle. */
final class ErrorText {

  /** The length of the error columns. */
  private static final int MAX = 2_000;

  private ErrorText() {}

  static String of(Throwable failure) {
    return of(String.valueOf(failure));
  }

  /** The beginning of the text, with a space for each control or format character, line break and unpaired surrogate. */
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
