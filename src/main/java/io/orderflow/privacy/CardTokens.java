package io.orderflow.privacy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Seals the tokens of cards for storage and for other nodes, and opens them for the payment provider. */
public final class CardTokens {

  private static final String CONTEXT = "card";
  private static final Logger LOG = LoggerFactory.getLogger(CardTokens.class);

  private final EncryptionKeys keys;

  /** @param keys without any, tokens stay as they are */
  public CardTokens(EncryptionKeys keys) {
    this.keys = keys;
    if (keys.current().isEmpty()) {
      LOG.warn("Card tokens, and the keys of personal data, are stored in clear (ORDERFLOW_ENCRYPTION_KEYS_FILE)");
    }
  }

  /** The token as it is stored. */
  public String seal(String token) {
    return keys.current().map(id -> new SealedText(SealedText.CARD, id,
        Aead.seal(keys.get(id), token.getBytes(StandardCharsets.UTF_8), CONTEXT)).stored()).orElse(token);
  }

  /**
   * The token of a stored one, which may be in clear.
   *
   * @throws IllegalStateException if the key is missing, or the stored token was changed
   */
  public String open(String stored) {
    return SealedText.of(stored).filter(sealed -> sealed.kind() == SealedText.CARD).map(this::open).orElse(stored);
  }

  private String open(SealedText sealed) {
    try {
      return new String(Aead.open(keys.get(sealed.keyName()), sealed.ciphertext(), CONTEXT), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException changed) {
      throw new IllegalStateException("a stored card token can't be decrypted", changed);
    }
  }
}
