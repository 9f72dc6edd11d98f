package io.orderflow.http.tls;

import akka.pki.pem.DERPrivateKeyLoader;
import akka.pki.pem.PEMDecoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Reads certificates and keys in PEM. */
final class Pem {

  private static final Map<String, String> SIGNATURES = Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA");
  private static final char[] IN_MEMORY = new char[0];

  private Pem() {}

  /** @throws CertificateException if the text has no certificate */
  static List<X509Certificate> certificates(String pem) throws CertificateException {
    List<X509Certificate> found = new ArrayList<>();
    for (Certificate certificate : CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
      found.add((X509Certificate) certificate);
    }
    if (found.isEmpty()) {
      throw new CertificateException("there is no certificate in the file");
    }
    return found;
  }

  /** Reads PKCS#8, and PKCS#1 for RSA. */
  private static PrivateKey key(String pem) throws GeneralSecurityException {
    try {
      PEMDecoder.DERData read = PEMDecoder.decode(pem);
      // Akka's loader knows RSA alone.
      return read.label().equals("PRIVATE KEY") ? pkcs8(new PKCS8EncodedKeySpec(read.bytes())) : DERPrivateKeyLoader.load(read);
    } catch (InvalidKeySpecException | RuntimeException malformed) {
      // Its message may quote the file.
      throw new GeneralSecurityException("the key is not an unencrypted key in PEM (PKCS#8, or PKCS#1 for RSA)");
    }
  }

  private static PrivateKey pkcs8(PKCS8EncodedKeySpec encoded) throws GeneralSecurityException {
    for (String algorithm : List.of("RSA", "EC")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException another) {
        // The next one.
      }
    }
    return KeyFactory.getInstance("EdDSA").generatePrivate(encoded);
  }

  /**
   * What a server proves itself with.
   *
   * @param chain the server's own certificate, and those between it and the authority's
   * @throws GeneralSecurityException if one can't be read, or the key is of another certificate: a pair of which only one has been exchanged yet
   */
  static KeyManager[] keys(String chain, String key) throws GeneralSecurityException, IOException {
    X509Certificate[] certificates = certificates(chain).toArray(X509Certificate[]::new);
    PrivateKey secret = key(key);
    requirePair(certificates[0], secret);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, IN_MEMORY);
    store.setKeyEntry("node", secret, IN_MEMORY, certificates);
    KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, IN_MEMORY);
    return managers.getKeyManagers();
  }

  private static void requirePair(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
    if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
      throw new GeneralSecurityException("the key is of another certificate");
    }
    byte[] text = new byte[32];
    new SecureRandom().nextBytes(text);
    Signature signature = Signature.getInstance(SIGNATURES.getOrDefault(key.getAlgorithm(), key.getAlgorithm()));
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(text);
    if (!signature.verify(signed)) {
      throw new GeneralSecurityException("the key is of another certificate");
    }
  }

  /** Trust in the JDK's authorities and those in the text. */
  static TrustManager[] trust(String authorities) throws GeneralSecurityException, IOException {
    TrustManagerFactory platform = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    platform.init((KeyStore) null);
    List<X509Certificate> all = new ArrayList<>(certificates(authorities));
    for (TrustManager manager : platform.getTrustManagers()) {
      all.addAll(List.of(((X509TrustManager) manager).getAcceptedIssuers()));
    }
    return trust(all);
  }

  /** Trust in the authorities in the text alone. */
  static TrustManager[] trustAlone(String authorities) throws GeneralSecurityException, IOException {
    return trust(certificates(authorities));
  }

  private static TrustManager[] trust(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, IN_MEMORY);
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("authority-" + i, authorities.get(i));
    }
    TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    return managers.getTrustManagers();
  }
}
