package io.orderflow.privacy;

import java.util.Base64;
import java.util.Optional;

/**
 * An encrypted text as it is stored in the place of the plain one: a mark, the kind, the name of the key, the mark again, and the ciphertext in
 * Base64. The mark is a control character, which no client's text contains, so plain texts that were stored earlier are told apart.
 *
 * @param kind what the name of the key means
 * @param keyName the name of the key
 */
record SealedText(char kind, String keyName, byte[] ciphertext) {

  /** A card's token, sealed with a key of the node. */
  static final char CARD = 'c';
  /** Personal data, sealed with the key of the person. */
  static final char PERSON = 'p';
  private static final char MARK = '\u0001';

  /** Reads a stored text; empty for a plain one, and for null. */
  static Optional<SealedText> of(String stored) {
    int second = stored == null || stored.length() < 3 || stored.charAt(0) != MARK ? -1 : stored.indexOf(MARK, 2);
    return second < 0 ? Optional.empty() : Optional.of(new SealedText(stored.charAt(1), stored.substring(2, second),
        Base64.getDecoder().decode(stored.substring(second + 1))));
  }

  /** The text to be stored. */
  String stored() {
    return MARK + "" + kind + keyName + MARK + Base64.getEncoder().withoutPadding().encodeToString(ciphertext);
  }
}
