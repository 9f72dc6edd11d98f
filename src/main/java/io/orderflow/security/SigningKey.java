package io.orderflow.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Optional;

/**
 * A public key of the issuer with the one algorithm that it is used for. A token can't choose another: that would let an attacker sign with the
 * public key as the secret of an HMAC (RFC 8725, section 3.1).
 */
record SigningKey(String id, JWSAlgorithm algorithm, Check check) {

  /** Whether the token was signed by the key. */
  @FunctionalInterface
  interface Check {
    boolean test(SignedJWT token) throws JOSEException, GeneralSecurityException;
  }

  private static final int MIN_RSA_BITS = 2048;
  private static final int ED25519_BYTES = 32;

  /** The key for verification; empty if it is of another kind, too short, or meant for something else. */
  static Optional<SigningKey> of(JWK key) {
    try {
      if (key.getKeyUse() != null && !KeyUse.SIGNATURE.equals(key.getKeyUse())) {
        return Optional.empty();
      }
      SigningKey usable = null;
      if (key instanceof ECKey ec && Curve.P_256.equals(ec.getCurve())) {
        usable = by(key, JWSAlgorithm.ES256, new ECDSAVerifier(ec.toECPublicKey()));
      } else if (key instanceof RSAKey rsa && rsa.size() >= MIN_RSA_BITS) {
        usable = by(key, JWSAlgorithm.RS256, new RSASSAVerifier(rsa.toRSAPublicKey()));
      } else if (key instanceof OctetKeyPair pair && Curve.Ed25519.equals(pair.getCurve())) {
        PublicKey edwards = ed25519(pair.getX().decode());
        usable = new SigningKey(key.getKeyID(), JWSAlgorithm.EdDSA, token -> isSignedBy(edwards, token));
      }
      boolean other = usable != null && key.getAlgorithm() != null && !key.getAlgorithm().getName().equals(usable.algorithm.getName());
      return other ? Optional.empty() : Optional.ofNullable(usable);
    } catch (JOSEException | GeneralSecurityException malformed) {
      return Optional.empty();
    }
  }

  private static SigningKey by(JWK key, JWSAlgorithm algorithm, JWSVerifier verifier) {
    return new SigningKey(key.getKeyID(), algorithm, token -> token.verify(verifier));
  }

  /** Nimbus would need Tink for it; the JDK has it since 15. */
  private static boolean isSignedBy(PublicKey key, SignedJWT token) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("Ed25519");
    signature.initVerify(key);
    signature.update(token.getSigningInput());
    return signature.verify(token.getSignature().decode());
  }

  /** Reads a point as RFC 8032, section 5.1.3, encodes it: y in little-endian order, its highest bit the sign of x. */
  private static PublicKey ed25519(byte[] encoded) throws GeneralSecurityException {
    if (encoded.length != ED25519_BYTES) {
      throw new GeneralSecurityException("a key of Ed25519 has 32 bytes");
    }
    byte[] y = new byte[ED25519_BYTES];
    for (int i = 0; i < ED25519_BYTES; i++) {
      y[i] = encoded[ED25519_BYTES - 1 - i];
    }
    boolean oddX = (y[0] & 0x80) != 0;
    y[0] &= 0x7f;
    return KeyFactory.getInstance("Ed25519").generatePublic(
        new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(oddX, new BigInteger(1, y))));
  }
}
