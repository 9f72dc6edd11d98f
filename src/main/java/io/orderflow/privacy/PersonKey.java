package io.orderflow.privacy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The key of one person, with which their data is sealed wherever it is stored. */
public final class PersonKey {

  /** Stands for data of a person whose key is forgotten. */
  public static final String DELETED = "[deleted]";
  private static final String CODE = "HmacSHA256";

  private final String person;
  /** Null if it is forgotten. */
  private final SecretKey key;

  private PersonKey(String person, SecretKey key) {
    this.person = person;
    this.key = key;
  }

  static PersonKey of(String person, byte[] bytes) {
    return new PersonKey(person, Aead.key(bytes));
  }

  /** Of a person whose key is forgotten, or who never had one. */
  static PersonKey forgotten(String person) {
    return new PersonKey(person, null);
  }

  boolean isForgotten() {
    return key == null;
  }

  /** The text as it is stored. Null stays null. */
  public String seal(String text) {
    return text == null ? null
        : new SealedText(SealedText.PERSON, person, Aead.seal(key, text.getBytes(StandardCharsets.UTF_8), person)).stored();
  }

  /** A code of the text by HMAC-SHA-256 (RFC 2104) with the key, in hexadecimal digits. */
  String code(String text) {
    try {
      Mac mac = Mac.getInstance(CODE);
      mac.init(new SecretKeySpec(key.getEncoded(), CODE));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java platform has HMAC-SHA-256", impossible);
    }
  }

  /** The text of a stored one: a plain one as it is, and {@link #DELETED} if the key is forgotten. */
  public String open(String stored) {
    return SealedText.of(stored).filter(sealed -> sealed.kind() == SealedText.PERSON).map(this::open).orElse(stored);
  }

  private String open(SealedText sealed) {
    if (key == null) {
      return DELETED;
    }
    try {
      return new String(Aead.open(key, sealed.ciphertext(), person), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException changed) {
      throw new IllegalStateException("stored data of a person can't be decrypted", changed);
    }
  }
}
