package io.orderflow.http.wire;

import java.util.Locale;

/**
 * A header field.
 *
 * @param name as sent
 * @param lowercaseName the name for comparison
 * @param value its octets, each as one character from U+0000 to U+00FF
 */
record Field(String name, String lowercaseName, String value) {

  static Field of(String name, String value) {
    return new Field(name, name.toLowerCase(Locale.ROOT), value);
  }

  boolean is(String lowercase) {
    return lowercaseName.equals(lowercase);
  }
}
