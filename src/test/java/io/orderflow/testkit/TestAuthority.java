package io.orderflow.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority of its own, with its files in a folder. Made with the JDK's keytool. */
public final class TestAuthority {

  private static final String PASSWORD = "changeit";

  private final Path folder;
  private final Path store;
  private final Path certificate;
  private int issued;

  /** A certificate with its chain, and its key, both as PEM files. */
  public record Pair(Path certificate, Path key) {

    /** Puts the other pair's contents into these files, as a tool that renews certificates does. */
    public void replaceBy(Pair other) {
      try {
        for (Path[] files : new Path[][] {{other.key, key}, {other.certificate, certificate}}) {
          Path beside = files[1].resolveSibling(files[1].getFileName() + ".new");
          Files.copy(files[0], beside, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
          Files.move(beside, files[1], StandardCopyOption.ATOMIC_MOVE);
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  public TestAuthority(Path folder, String name) {
    this.folder = folder.resolve(name);
    this.store = this.folder.resolve("keys.p12");
    this.certificate = this.folder.resolve("ca.pem");
    try {
      Files.createDirectories(this.folder);
      keytool("-keyalg", "RSA", "-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c");
      Files.writeString(certificate, pem("CERTIFICATE", keys().getCertificate("ca").getEncoded()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (GeneralSecurityException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Its own certificate as a PEM file. */
  public Path certificate() {
    return certificate;
  }

  /** Issues a certificate for subject names such as {@code dns:localhost,ip:127.0.0.1}. */
  public Pair issue(String names) {
    return issue(names, "RSA");
  }

  /** @param algorithm of the key, such as {@code EC} */
  public Pair issue(String names, String algorithm) {
    String alias = "issued-" + ++issued;
    keytool("-keyalg", algorithm, "-alias", alias, "-signer", "ca", "-dname", "CN=" + alias, "-ext", "san=" + names);
    try {
      StringBuilder chain = new StringBuilder();
      for (Certificate link : keys().getCertificateChain(alias)) {
        chain.append(pem("CERTIFICATE", link.getEncoded()));
      }
      Pair pair = new Pair(folder.resolve(alias + ".pem"), folder.resolve(alias + ".key"));
      Files.writeString(pair.certificate, chain);
      // A server refuses a key that others may read.
      Files.createFile(pair.key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(pair.key, pem("PRIVATE KEY", keys().getKey(alias, PASSWORD.toCharArray()).getEncoded()));
      return pair;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (GeneralSecurityException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** For clients that believe this authority alone. */
  public SSLContext trusting() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", keys().getCertificate("ca"));
      TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** The number by which the pair's certificate is known. */
  public static String serial(Pair pair) {
    try (InputStream in = Files.newInputStream(pair.certificate)) {
      return ((X509Certificate) java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in)).getSerialNumber().toString();
    } catch (GeneralSecurityException | IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private KeyStore keys() throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private void keytool(String... arguments) {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
        "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(said);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private static String pem(String type, byte[] content) {
    return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type + "-----\n";
  }
}
